package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.v1.OpenEnded;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionParserTest {

  private static final Origin ORIGIN = new Origin("questions", 2, 41);
  private static final QuestionParser JSON =
      new QuestionParser(WireFormat.JSON, RecordLimits.DEFAULT);
  private static final QuestionParser PROTOBUF =
      new QuestionParser(WireFormat.PROTOBUF, RecordLimits.DEFAULT);

  private static Parsed<QuestionEvent> parse(QuestionParser parser, byte[] key, byte[] value) {
    return parser.parse(new OriginalRecord(ORIGIN, key, value));
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  private static QuestionEvent event(String key, String json) {
    return event(parse(JSON, bytes(key), bytes(json)));
  }

  private static QuestionEvent event(Parsed<QuestionEvent> parsed) {
    assertThat(parsed).isInstanceOf(Parsed.Event.class);
    return ((Parsed.Event<QuestionEvent>) parsed).event();
  }

  private static DeadLetter deadLetter(String key, String json) {
    return deadLetter(parse(JSON, bytes(key), bytes(json)));
  }

  private static DeadLetter deadLetter(Parsed<QuestionEvent> parsed) {
    assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
    return ((Parsed.Rejected<QuestionEvent>) parsed).deadLetter();
  }

  @Test
  void givenAnOpenEndedQuestion_whenParsed_thenEverythingIsThere() {
    QuestionEvent event =
        event(
            "q1",
            """
            {"question_id": "q1", "subject": "geography", "purpose": "PURPOSE_EVALUATE",
             "tags": ["easy", "capitals", "easy"],
             "open_ended": {"question": "What is the capital of France?", "answer": "Paris",
                            "aliases": ["City of Light", "Paris, France", "City of Light"]}}
            """);
    assertThat(event)
        .isEqualTo(
            new QuestionEvent(
                "q1",
                new Question(
                    "q1",
                    Task.OPEN_ENDED,
                    Purpose.EVALUATE,
                    "What is the capital of France?",
                    "Paris",
                    List.of("City of Light", "Paris, France"),
                    List.of(),
                    "geography",
                    List.of("easy", "capitals")),
                ORIGIN));
  }

  @Test
  void givenAMultipleChoiceQuestionInCamelCase_whenParsed_thenEverythingIsThere() {
    QuestionEvent event =
        event(
            null,
            """
            {"questionId": "q2",
             "multipleChoice": {"question": "2 + 2?", "options": ["3", "4"], "target": "B"}}
            """);
    assertThat(event.question())
        .isEqualTo(
            new Question(
                "q2",
                Task.MULTIPLE_CHOICE,
                Purpose.TRAIN,
                "2 + 2?",
                "B",
                List.of(),
                List.of("3", "4"),
                "",
                List.of()));
    assertThat(event.question().targetIndex()).isEqualTo(1);
  }

  @Test
  void givenNullsInJson_whenParsed_thenTheyAreAsGoodAsAbsent() {
    QuestionEvent event =
        event(
            "q",
            """
            {"question_id": "q", "subject": null, "purpose": null, "tags": null, "removal": null,
             "multiple_choice": null,
             "open_ended": {"question": "Q?", "answer": "A", "aliases": null}}
            """);
    assertThat(event.question().purpose()).isEqualTo(Purpose.TRAIN);
    assertThat(event.question().tags()).isEmpty();
    assertThat(event.question().aliases()).isEmpty();
  }

  @Test
  void givenTwentySixOptions_whenTheLastIsTheTarget_thenItIsAllowed() {
    String options =
        IntStream.range(0, 26).mapToObj(i -> "\"o" + i + "\"").collect(Collectors.joining(","));
    QuestionEvent event =
        event(
            "q",
            "{\"question_id\":\"q\",\"multiple_choice\":{\"question\":\"?\",\"options\":["
                + options
                + "],\"target\":\"Z\"}}");
    assertThat(event.question().targetIndex()).isEqualTo(25);
  }

  @Test
  void givenARemoval_whenParsed_thenTheQuestionGoes() {
    assertThat(event("q1", "{\"question_id\":\"q1\",\"removal\":{}}"))
        .isEqualTo(new QuestionEvent("q1", null, ORIGIN));
  }

  @Test
  void givenATombstone_whenParsed_thenTheQuestionOfItsKeyGoes() {
    assertThat(event("q1", null)).isEqualTo(new QuestionEvent("q1", null, ORIGIN));
  }

  @Test
  void givenAnIdOf256CharactersOfAnyScript_whenParsed_thenItIsAllowed() {
    String id = "\uD83E\uDD89".repeat(256); // An owl, two UTF-16 units, four bytes.
    assertThat(event(id, removal(id)).questionId()).isEqualTo(id);
  }

  private static String removal(String id) {
    return "{\"question_id\":\"" + id + "\",\"removal\":{}}";
  }

  private static String openEnded(String fields) {
    return "{\"question_id\":\"q\",\"open_ended\":{" + fields + "}}";
  }

  private static String multipleChoice(String options, String target) {
    return "{\"question_id\":\"q\",\"multiple_choice\":{\"question\":\"Q?\",\"options\":"
        + options
        + ",\"target\":"
        + target
        + "}}";
  }

  private static Arguments bad(
      String name, String key, String json, Reason reason, String... sentenceHas) {
    return Arguments.of(name, key, json, reason, List.of(sentenceHas));
  }

  static Stream<Arguments> badRecords() {
    return Stream.of(
        bad("empty value", "q", "", Reason.MALFORMED, "empty", "a JSON object is allowed"),
        bad("blank value", "q", " \n", Reason.MALFORMED, "empty"),
        bad("not JSON", "q", "What is it?", Reason.MALFORMED, "not JSON", "line 1"),
        bad("half an object", "q", "{\"question_id\":\"q\"", Reason.MALFORMED, "not JSON"),
        bad("a comment", "q", "/* hi */" + removal("q"), Reason.MALFORMED, "not JSON"),
        bad("single quotes", "q", "{'question_id':'q'}", Reason.MALFORMED, "not JSON"),
        bad("NaN", "q", "{\"question_id\":NaN}", Reason.MALFORMED, "not JSON"),
        bad("byte order mark", "q", "\uFEFF" + removal("q"), Reason.MALFORMED, "not JSON"),
        bad("a list on top", "q", "[" + removal("q") + "]", Reason.MALFORMED, "is a list"),
        bad("a string on top", "q", "\"q\"", Reason.MALFORMED, "is the string \"q\""),
        bad("null on top", "q", "null", Reason.MALFORMED, "is null", "a JSON object is allowed"),
        bad("two objects", "q", removal("q") + removal("q"), Reason.MALFORMED, "Behind the JSON"),
        bad("words behind it", "q", removal("q") + " etc", Reason.MALFORMED, "not JSON"),
        bad(
            "unknown field",
            "q",
            "{\"question_id\":\"q\",\"removed\":{}}",
            Reason.MALFORMED,
            "no field \"removed\" in QuestionEvent",
            "removal"),
        bad(
            "unknown inner field",
            "q",
            openEnded("\"question\":\"Q?\",\"anwser\":\"A\""),
            Reason.MALFORMED,
            "no field \"anwser\" in open_ended",
            "question, answer, aliases"),
        bad(
            "a field twice",
            "q",
            "{\"question_id\":\"q\",\"questionId\":\"r\",\"removal\":{}}",
            Reason.MALFORMED,
            "question_id is given twice"),
        bad(
            "deep nesting",
            "q",
            "{\"question_id\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}",
            Reason.MALFORMED,
            "question_id is a list"),
        bad(
            "deep nesting in an unknown field",
            "q",
            "{\"x\":" + "{\"x\":".repeat(100_000) + "1" + "}".repeat(100_001),
            Reason.MALFORMED,
            "no field \"x\""),
        bad(
            "a number for a string",
            "5",
            "{\"question_id\":5,\"removal\":{}}",
            Reason.MALFORMED,
            "question_id is the number 5; a string is allowed"),
        bad(
            "a list for a string",
            "q",
            "{\"question_id\":[\"q\"],\"removal\":{}}",
            Reason.MALFORMED,
            "question_id is a list"),
        bad(
            "true for a message",
            "q",
            "{\"question_id\":\"q\",\"removal\":true}",
            Reason.MALFORMED,
            "removal is true; an object is allowed"),
        bad(
            "a string for a list",
            "q",
            openEnded("\"question\":\"Q?\",\"answer\":\"A\",\"aliases\":\"B\""),
            Reason.MALFORMED,
            "open_ended.aliases is the string \"B\"",
            "a list of strings"),
        bad(
            "null in a list",
            "q",
            openEnded("\"question\":\"Q?\",\"answer\":\"A\",\"aliases\":[\"B\",null]"),
            Reason.MALFORMED,
            "open_ended.aliases[1] is null"),
        bad(
            "half a surrogate pair",
            "q",
            openEnded("\"question\":\"\\ud83e?\",\"answer\":\"A\""),
            Reason.MALFORMED,
            "open_ended.question is \"\\ud83e?\"",
            "surrogate"),
        bad(
            "unknown enum value",
            "q",
            "{\"question_id\":\"q\",\"purpose\":\"TRAIN\",\"removal\":{}}",
            Reason.INVALID,
            "purpose is the string \"TRAIN\"",
            "PURPOSE_TRAIN, PURPOSE_EVALUATE"),
        bad(
            "unknown enum number",
            "q",
            "{\"question_id\":\"q\",\"purpose\":99999999999999999999,\"removal\":{}}",
            Reason.INVALID,
            "purpose is the number 99999999999999999999"),
        bad("no key, no value", null, null, Reason.INVALID, "neither key nor value"),
        bad("tombstone, empty key", "", null, Reason.INVALID, "The key is missing"),
        bad(
            "another key",
            "p",
            removal("q"),
            Reason.INVALID,
            "The key is \"p\", but question_id is \"q\""),
        bad("an empty key", "", removal("q"), Reason.INVALID, "The key is \"\""),
        bad(
            "a huge key",
            "k".repeat(5_000),
            removal("q"),
            Reason.TOO_LARGE,
            "The key has 5,000 bytes"),
        bad("no id", null, "{\"removal\":{}}", Reason.INVALID, "question_id is missing"),
        bad("empty object", null, "{}", Reason.INVALID, "question_id is missing"),
        bad("blank id", "  ", removal("  "), Reason.INVALID, "question_id is blank"),
        bad(
            "long id",
            null,
            removal("i".repeat(257)),
            Reason.INVALID,
            "question_id is \"" + "i".repeat(80) + "…\", of 257 characters"),
        bad(
            "control character in the id",
            null,
            removal("a\\u0007b"),
            Reason.INVALID,
            "question_id is \"a\\u0007b\"",
            "control characters"),
        bad(
            "no change",
            "q",
            "{\"question_id\":\"q\",\"subject\":\"s\"}",
            Reason.INVALID,
            "exactly one of open_ended, multiple_choice and removal"),
        bad(
            "two changes",
            "q",
            "{\"question_id\":\"q\",\"removal\":{},\"open_ended\":{}}",
            Reason.INVALID,
            "removal and open_ended are both given"),
        bad(
            "no text",
            "q",
            openEnded("\"answer\":\"A\""),
            Reason.INVALID,
            "open_ended.question is missing"),
        bad(
            "blank text",
            "q",
            openEnded("\"question\":\" \\t\",\"answer\":\"A\""),
            Reason.INVALID,
            "open_ended.question is blank (\" \\u0009\")"),
        bad(
            "no answer",
            "q",
            openEnded("\"question\":\"Q?\""),
            Reason.INVALID,
            "open_ended.answer is missing; 1 to 4,096 characters are allowed"),
        bad(
            "blank alias",
            "q",
            openEnded("\"question\":\"Q?\",\"answer\":\"A\",\"aliases\":[\"B\",\"\"]"),
            Reason.INVALID,
            "open_ended.aliases[1] is missing"),
        bad(
            "long text",
            "q",
            openEnded("\"question\":\"" + "x".repeat(32_769) + "\",\"answer\":\"A\""),
            Reason.TOO_LARGE,
            "open_ended.question is \"xxx",
            "of 32,769 characters; at most 32,768 are allowed"),
        bad(
            "5 MB of text",
            "q",
            openEnded("\"question\":\"" + "x".repeat(5_000_000) + "\",\"answer\":\"A\""),
            Reason.TOO_LARGE,
            "The record has 5,000,0",
            "at most 1,048,576"),
        bad(
            "too many aliases",
            "q",
            openEnded(
                "\"question\":\"Q?\",\"answer\":\"A\",\"aliases\":["
                    + "\"a\",".repeat(1_000)
                    + "\"a\"]"),
            Reason.TOO_LARGE,
            "open_ended.aliases has 1,001 entries; at most 1,000"),
        bad(
            "long tag",
            "q",
            "{\"question_id\":\"q\",\"removal\":{},\"tags\":[\"" + "t".repeat(257) + "\"]}",
            Reason.TOO_LARGE,
            "tags[0]",
            "at most 256"),
        bad(
            "long subject",
            "q",
            "{\"question_id\":\"q\",\"removal\":{},\"subject\":\"" + "s".repeat(1_025) + "\"}",
            Reason.TOO_LARGE,
            "subject",
            "at most 1,024"),
        bad(
            "one option",
            "q",
            multipleChoice("[\"a\"]", "\"A\""),
            Reason.INVALID,
            "multiple_choice.options has 1 entries; 2 to 26"),
        bad(
            "27 options",
            "q",
            multipleChoice("[" + "\"a\",".repeat(26) + "\"b\"]", "\"A\""),
            Reason.INVALID,
            "27 entries"),
        bad(
            "target outside",
            "q",
            multipleChoice("[\"a\",\"b\"]", "\"C\""),
            Reason.INVALID,
            "multiple_choice.target is \"C\"; one letter from A to B"),
        bad(
            "target in lower case",
            "q",
            multipleChoice("[\"a\",\"b\"]", "\"a\""),
            Reason.INVALID,
            "target is \"a\""),
        bad(
            "target of two letters",
            "q",
            multipleChoice("[\"a\",\"b\"]", "\"AB\""),
            Reason.INVALID,
            "target is \"AB\""),
        bad(
            "no target",
            "q",
            multipleChoice("[\"a\",\"b\"]", "null"),
            Reason.INVALID,
            "target is missing"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badRecords")
  void givenABadRecord_whenParsed_thenTheDeadLetterSaysWhy(
      String name, String key, String json, Reason reason, List<String> sentenceHas) {
    DeadLetter deadLetter = deadLetter(key, json);
    assertThat(deadLetter.reason()).as(name).isEqualTo(reason);
    assertThat(deadLetter.explanation()).contains(sentenceHas).endsWith(".");
    assertThat(deadLetter.explanation()).hasSizeLessThan(500).doesNotContain("\n");
    assertThat(deadLetter.original().origin()).isEqualTo(ORIGIN);
    assertThat(deadLetter.original().value()).isEqualTo(bytes(json));
    assertThat(deadLetter.checkpointId()).isEmpty();
  }

  @Test
  void givenAGoodIdAndABadField_whenParsed_thenTheDeadLetterNamesTheQuestion() {
    assertThat(deadLetter(null, "{\"question_id\":\"q7\"}").questionId()).isEqualTo("q7");
  }

  @Test
  void givenBytesThatAreNotUtf8_whenParsed_thenTheyAreMalformed() {
    byte[] overlong = {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'};
    DeadLetter value = deadLetter(parse(JSON, bytes("q"), overlong));
    assertThat(value.reason()).isEqualTo(Reason.MALFORMED);
    assertThat(value.explanation()).contains("The value is not UTF-8");
    byte[] surrogate = {(byte) 0xED, (byte) 0xA0, (byte) 0x80};
    DeadLetter key = deadLetter(parse(JSON, surrogate, bytes(removal("q"))));
    assertThat(key.reason()).isEqualTo(Reason.MALFORMED);
    assertThat(key.explanation()).contains("The key is not UTF-8");
  }

  private static dev.craftstream.v1.QuestionEvent.Builder message() {
    return dev.craftstream.v1.QuestionEvent.newBuilder()
        .setQuestionId("q")
        .setOpenEnded(OpenEnded.newBuilder().setQuestion("Q?").setAnswer("A"));
  }

  @Test
  void givenATruncatedMessage_whenParsed_thenItIsMalformedAtEveryLengthThatCutsAField() {
    byte[] whole = message().build().toByteArray();
    assertThat(event(parse(PROTOBUF, null, whole)).questionId()).isEqualTo("q");
    for (int length = 4; length < whole.length; length++) {
      DeadLetter cut = deadLetter(parse(PROTOBUF, null, Arrays.copyOf(whole, length)));
      assertThat(cut.reason()).isEqualTo(Reason.MALFORMED);
      assertThat(cut.explanation()).contains("craftstream.v1.QuestionEvent").endsWith(".");
    }
  }

  @Test
  void givenAnEnumNumberThatIsNotKnown_whenParsed_thenItIsInvalid() {
    DeadLetter unknown =
        deadLetter(parse(PROTOBUF, null, message().setPurposeValue(7).build().toByteArray()));
    assertThat(unknown.reason()).isEqualTo(Reason.INVALID);
    assertThat(unknown.explanation()).contains("purpose is the number 7");
  }

  @Test
  void givenAFieldOfANewerProducer_whenParsed_thenItIsIgnored() {
    byte[] newer =
        message()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        1000,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("later"))
                            .build())
                    .build())
            .build()
            .toByteArray();
    assertThat(event(parse(PROTOBUF, null, newer)).question().answer()).isEqualTo("A");
  }

  @Test
  void givenDeeplyNestedGroups_whenParsed_thenTheyAreMalformed() {
    ByteArrayOutputStream groups = new ByteArrayOutputStream();
    for (int i = 0; i < 500_000; i++) {
      groups.write((15 << 3) | 3);
    }
    DeadLetter deep = deadLetter(parse(PROTOBUF, null, groups.toByteArray()));
    assertThat(deep.reason()).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void givenTextThatIsNotUtf8InAMessage_whenParsed_thenItIsMalformed() {
    byte[] bad = {(1 << 3) | 2, 1, (byte) 0xFF};
    assertThat(deadLetter(parse(PROTOBUF, null, bad)).reason()).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void givenAnEmptyMessage_whenParsed_thenTheIdIsMissing() {
    DeadLetter empty = deadLetter(parse(PROTOBUF, bytes("q"), new byte[0]));
    assertThat(empty.reason()).isEqualTo(Reason.INVALID);
    assertThat(empty.explanation()).startsWith("question_id is missing");
  }

  @Test
  void givenTighterLimits_whenParsed_thenTheyHold() {
    RecordLimits tight = new RecordLimits(1_000, 3, 2, 1, 2, 1, 2, List.of(), List.of());
    QuestionParser parser = new QuestionParser(WireFormat.JSON, tight);
    String json = openEnded("\"question\":\"four\",\"answer\":\"A\"");
    assertThat(deadLetter(parse(parser, null, bytes(json))).explanation())
        .contains("of 4 characters; at most 3 are allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"open_ended\":{\"question\":\"Who?<|im_end|>\",\"answer\":\"a\"}",
        "\"open_ended\":{\"question\":\"Who?\",\"answer\":\"<|im_end|>\"}",
        "\"open_ended\":{\"question\":\"Who?\",\"answer\":\"a\",\"aliases\":[\"b\",\"a<|im_end|>\"]}",
        "\"multiple_choice\":{\"question\":\"<|im_end|>\",\"options\":[\"a\",\"b\"],\"target\":\"A\"}",
        "\"multiple_choice\":{\"question\":\"Who?\",\"options\":[\"a\",\"<|im_end|>\"],\"target\":\"A\"}",
        "\"subject\":\"<|im_end|>\",\"open_ended\":{\"question\":\"Who?\",\"answer\":\"a\"}",
      })
  void givenAForbiddenText_whenParsed_thenItIsInvalidWhereverItStands(String fields) {
    RecordLimits forbidding =
        new RecordLimits(
            1_000, 99, 99, 9, 99, 9, 99, List.of("<|im_start|>", "<|im_end|>"), List.of());
    OriginalRecord original =
        new OriginalRecord(
            new Origin("t", 0, 0),
            null,
            ("{\"question_id\":\"q\"," + fields + "}").getBytes(UTF_8));
    assertThat(new QuestionParser(WireFormat.JSON, RecordLimits.DEFAULT).parse(original))
        .isInstanceOf(Parsed.Event.class);
    Parsed<QuestionEvent> parsed = new QuestionParser(WireFormat.JSON, forbidding).parse(original);
    assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
    DeadLetter letter = ((Parsed.Rejected<QuestionEvent>) parsed).deadLetter();
    assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.INVALID);
    assertThat(letter.explanation())
        .contains("holds \"<|im_end|>\", which limits.forbidden-texts does not allow");
  }

  @Test
  void givenAControlTokenOfTheChatTemplate_whenParsed_thenItIsInvalidAndSaysWhatAllowsIt() {
    RecordLimits refusing =
        new RecordLimits(1_000, 99, 99, 9, 99, 9, 99, List.of(), List.of("[INST]", "</s>"));
    OriginalRecord original =
        new OriginalRecord(
            new Origin("t", 0, 0),
            null,
            "{\"question_id\":\"q\",\"open_ended\":{\"question\":\"Who?</s>\",\"answer\":\"a\"}}"
                .getBytes(UTF_8));
    Parsed<QuestionEvent> parsed = new QuestionParser(WireFormat.JSON, refusing).parse(original);
    DeadLetter letter = ((Parsed.Rejected<QuestionEvent>) parsed).deadLetter();
    assertThat(letter.reason()).isEqualTo(DeadLetter.Reason.INVALID);
    assertThat(letter.explanation())
        .isEqualTo(
            "open_ended.question holds \"</s>\", a control token of the chat template; leave it out,"
                + " or allow it by limits.control-tokens.");
  }
}
