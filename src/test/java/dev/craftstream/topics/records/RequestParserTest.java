package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.v1.DatasetRequest;
import dev.craftstream.v1.RehearsalSetRequest;
import dev.craftstream.v1.SelectionSettings;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RequestParserTest {

  private static final RequestParser JSON =
      new RequestParser(WireFormat.JSON, RecordLimits.DEFAULT);
  private static final RequestParser PROTOBUF =
      new RequestParser(WireFormat.PROTOBUF, RecordLimits.DEFAULT);

  private static OriginalRecord record(String key, byte[] value) {
    return new OriginalRecord(
        new Origin("requests", 0, 6), key == null ? null : key.getBytes(UTF_8), value);
  }

  private static Request request(String key, String json) {
    OriginalRecord original = record(key, json.getBytes(UTF_8));
    Parsed<Request> parsed = JSON.parse(original);
    assertThat(parsed).isInstanceOf(Parsed.Event.class);
    Request request = ((Parsed.Event<Request>) parsed).event();
    assertThat(request.original()).isSameAs(original);
    return request;
  }

  private static DeadLetter rejected(Parsed<Request> parsed) {
    assertThat(parsed).isInstanceOf(Parsed.Rejected.class);
    DeadLetter deadLetter = ((Parsed.Rejected<Request>) parsed).deadLetter();
    assertThat(deadLetter.explanation()).endsWith(".");
    return deadLetter;
  }

  private static String dataset(String more) {
    return "{\"request_id\":\"r\",\"dataset\":{\"initial_checkpoint_id\":\"i\",\"rehearsal_checkpoint_id\":\"h\""
        + more
        + "}}";
  }

  private static String rehearsalSet(String more) {
    return "{\"request_id\":\"r\",\"rehearsal_set\":{\"initial_checkpoint_id\":\"i\"" + more + "}}";
  }

  @Test
  void givenARequestThatSaysNoMoreThanItMust_whenParsed_thenNothingDiffersFromTheJobsOptions() {
    Request request =
        request(null, dataset(",\"open_ended\":{\"ties\":\"TIES_UNSPECIFIED\"},\"strategy\":\"\""));
    assertThat(request.kind()).isEqualTo(Request.Kind.DATASET);
    assertThat(request.checkpointId()).isEqualTo("i");
    assertThat(request.rehearsalId()).isEqualTo("h");
    assertThat(request.strategy()).isNull();
    assertThat(request.seed()).isNull();
    assertThat(request.changes()).isEmpty();
  }

  @Test
  void givenZeros_whenParsed_thenTheyAreGivenAndNotLeftOut() {
    Request request =
        request("r", rehearsalSet(",\"open_ended_count\":0,\"open_ended_certainty\":0,\"seed\":0"));
    assertThat(request.changes())
        .containsExactly(Changes.of(Task.OPEN_ENDED).answers(0).certainty(0.0).build());
    assertThat(request.seed()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "42, 42",
    "'\"42\"', 42",
    "18446744073709551615, -1",
    "'\"18446744073709551615\"', -1",
  })
  void givenASeedAsNumberOrString_whenParsed_thenItIsUnsigned(String json, long seed) {
    assertThat(request("r", dataset(",\"seed\":" + json)).seed()).isEqualTo(seed);
  }

  private static Arguments bad(String json, String... sentenceHas) {
    return Arguments.of(json, List.of(sentenceHas));
  }

  static Stream<Arguments> invalidRequests() {
    return Stream.of(
        bad("{\"evaluation\":{\"checkpoint_id\":\"c\"}}", "request_id is missing"),
        bad(
            "{\"request_id\":\"other\",\"evaluation\":{\"checkpoint_id\":\"c\"}}",
            "The key is \"r\", but request_id is \"other\""),
        bad(
            "{\"request_id\":\"r\"}",
            "\"r\" asks for nothing",
            "exactly one of dataset, rehearsal_set, evaluation, retry and go_on"),
        bad(
            "{\"request_id\":\"r\",\"evaluation\":{},\"rehearsal_set\":{}}",
            "evaluation and rehearsal_set are both given"),
        bad("{\"request_id\":\"r\",\"evaluation\":{}}", "evaluation.checkpoint_id is missing"),
        bad("{\"request_id\":\"r\",\"retry\":{}}", "retry.checkpoint_id is missing"),
        bad(
            "{\"request_id\":\"r\",\"retry\":{\"checkpoint_id\":\"c\",\"question_ids\":[\"q\",\"\"]}}",
            "retry.question_ids[1] is missing; 1 to 256 characters"),
        bad(
            "{\"request_id\":\"r\",\"rehearsal_set\":{}}",
            "rehearsal_set.initial_checkpoint_id is missing"),
        bad("{\"request_id\":\"r\",\"dataset\":{}}", "dataset.initial_checkpoint_id is missing"),
        bad(
            "{\"request_id\":\"r\",\"dataset\":{\"initial_checkpoint_id\":\"i\"}}",
            "dataset.rehearsal_checkpoint_id is missing"),
        bad(
            "{\"request_id\":\"r\",\"dataset\":{\"initial_checkpoint_id\":\"i\",\"rehearsal_checkpoint_id\":\"i\"}}",
            "dataset.rehearsal_checkpoint_id is \"i\", and so is initial_checkpoint_id"),
        bad(
            dataset(",\"strategy\":\"craft\""),
            "dataset.strategy is \"craft\"; allowed are VAN_TUNING, COR_RAIT, CORCER_RAIT,"
                + " CRAFT_WITHOUT_CERTAINTY, CRAFT, or nothing"),
        bad(
            dataset(",\"open_ended\":{\"answers\":-1}"),
            "dataset.open_ended.answers is -1; 0 to 1,000,000 is allowed"),
        bad(
            dataset(",\"multiple_choice\":{\"refusals\":1000000001}"),
            "dataset.multiple_choice.refusals is 1,000,000,001"),
        bad(
            dataset(",\"multiple_choice\":{\"refusals\":2147483648}"),
            "dataset.multiple_choice.refusals is the number 2147483648; -2147483648 to 2147483647"),
        bad(
            dataset(",\"multiple_choice\":{\"shortage\":\"SHORTAGE_WAIT\"}"),
            "dataset.multiple_choice.shortage is the string \"SHORTAGE_WAIT\"; allowed are"
                + " SHORTAGE_FAIL, SHORTAGE_SHORT, SHORTAGE_DRAW_AGAIN"),
        bad(
            dataset(",\"open_ended\":{\"flow_rule\":\"FALLS\"}"),
            "dataset.open_ended.flow_rule is the string \"FALLS\"; allowed are FLOW_RULE_FALLS,"
                + " FLOW_RULE_NOT_RISES, FLOW_RULE_RISES_SURELY"),
        bad(
            dataset(",\"open_ended\":{\"rise_probability_bound\":1.5}"),
            "dataset.open_ended.rise_probability_bound is 1.5; 0 to 1 is allowed"),
        bad(
            dataset(",\"multiple_choice\":{\"sureness_from\":-0.1}"),
            "dataset.multiple_choice.sureness_from is -0.1; 0 to 1 is allowed"),
        bad(
            dataset(",\"open_ended\":{\"answer_from\":1.01}"),
            "dataset.open_ended.answer_from is 1.01; 0 to 1 is allowed"),
        bad(
            dataset(",\"open_ended\":{\"refusal_bound\":-1e999}"),
            "dataset.open_ended.refusal_bound is the number -1e999"),
        bad(
            dataset(",\"open_ended\":{\"answer_from\":0.5,\"refusal_bound\":0.5}"),
            "dataset.open_ended.refusal_bound is 0.5 and answer_from is 0.5",
            "a refusal_bound below answer_from is allowed"),
        bad(
            dataset(",\"multiple_choice\":{\"answer_from\":0.5,\"refusal_bound\":0.6}"),
            "a refusal_bound of at most answer_from is allowed"),
        bad(dataset(",\"seed\":-1"), "dataset.seed is the number -1; 0 to 18446744073709551615"),
        bad(dataset(",\"seed\":\"18446744073709551616\""), "dataset.seed is the string"),
        bad(
            rehearsalSet(",\"open_ended_count\":-5"),
            "rehearsal_set.open_ended_count is -5; 0 to 1,000,000"),
        bad(
            rehearsalSet(",\"open_ended_correctness\":2"),
            "rehearsal_set.open_ended_correctness is 2.0; 0 to 1 is allowed"),
        bad(
            rehearsalSet(",\"multiple_choice_target_probability\":-0.1"),
            "rehearsal_set.multiple_choice_target_probability is -0.1; 0 to 1 is allowed"));
  }

  @ParameterizedTest
  @MethodSource("invalidRequests")
  void givenAnInvalidRequest_whenParsed_thenTheDeadLetterSaysWhy(
      String json, List<String> sentenceHas) {
    DeadLetter deadLetter = rejected(JSON.parse(record("r", json.getBytes(UTF_8))));
    assertThat(deadLetter.explanation()).contains(sentenceHas);
    assertThat(deadLetter.reason()).isEqualTo(Reason.INVALID);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"answers\":\"8\"' | dataset.open_ended.answers is the string \"8\"; a whole number",
        "'\"answers\":8.0' | dataset.open_ended.answers is the number 8.0; a whole number",
        "'\"answer_from\":\"NaN\"' | dataset.open_ended.answer_from is the string \"NaN\"; a number",
        "'\"known\":1' | There is no field \"known\" in dataset.open_ended; allowed are answers",
      })
  void givenAWrongType_whenParsed_thenItIsMalformed(String setting, String sentenceHas) {
    DeadLetter deadLetter =
        rejected(
            JSON.parse(record("r", dataset(",\"open_ended\":{" + setting + "}").getBytes(UTF_8))));
    assertThat(deadLetter.explanation()).contains(sentenceHas);
    assertThat(deadLetter.reason()).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void givenNoValue_whenParsed_thenItIsNoRequest() {
    assertThat(rejected(JSON.parse(record("r", null))).explanation())
        .contains("The record has no value");
  }

  /** What JSON can't say. */
  static Stream<Arguments> invalidBinaryRequests() {
    return Stream.of(
        Arguments.of(
            SelectionSettings.newBuilder().setTiesValue(7),
            "dataset.open_ended.ties is the number 7; allowed are TIES_EXACT, TIES_KEEP_ALL"),
        Arguments.of(
            SelectionSettings.newBuilder().setShortageValue(-1),
            "dataset.open_ended.shortage is the number -1"),
        Arguments.of(
            SelectionSettings.newBuilder().setAnswerFrom(Double.NaN),
            "dataset.open_ended.answer_from is NaN; 0 to 1 is allowed"));
  }

  @ParameterizedTest
  @MethodSource("invalidBinaryRequests")
  void givenAnInvalidBinaryRequest_whenParsed_thenTheDeadLetterSaysWhy(
      SelectionSettings.Builder openEnded, String sentenceHas) {
    byte[] value =
        dev.craftstream.v1.Request.newBuilder()
            .setRequestId("r")
            .setDataset(
                DatasetRequest.newBuilder()
                    .setInitialCheckpointId("i")
                    .setRehearsalCheckpointId("h")
                    .setOpenEnded(openEnded))
            .build()
            .toByteArray();
    assertThat(rejected(PROTOBUF.parse(record("r", value))).explanation()).contains(sentenceHas);
  }

  @Test
  void givenAnInfiniteCertainty_whenParsed_thenTheDeadLetterSaysWhy() {
    byte[] value =
        dev.craftstream.v1.Request.newBuilder()
            .setRequestId("r")
            .setRehearsalSet(
                RehearsalSetRequest.newBuilder()
                    .setInitialCheckpointId("i")
                    .setOpenEndedCertainty(Double.NEGATIVE_INFINITY))
            .build()
            .toByteArray();
    assertThat(rejected(PROTOBUF.parse(record("r", value))).explanation())
        .contains("rehearsal_set.open_ended_certainty is -Infinity; a finite number is allowed");
  }

  @Test
  void givenARetry_whenParsed_thenEachQuestionIsNamedOnce() {
    Request request =
        request(
            "r",
            "{\"request_id\":\"r\",\"retry\":{\"checkpoint_id\":\"c\",\"question_ids\":[\"b\",\"a\",\"b\"]}}");
    assertThat(request.kind()).isEqualTo(Request.Kind.RETRY);
    assertThat(request.checkpointId()).isEqualTo("c");
    assertThat(request.questionIds()).containsExactly("b", "a");
  }

  @Test
  void givenThatAModelCheckpointMayGoOn_whenParsed_thenItIsNamed() {
    Request request = request("r", "{\"request_id\":\"r\",\"go_on\":{\"checkpoint_id\":\"c\"}}");
    assertThat(request).isEqualTo(Request.goOn("r", "c", request.original()));
    assertThat(
            rejected(JSON.parse(record("r", "{\"request_id\":\"r\",\"go_on\":{}}".getBytes(UTF_8))))
                .explanation())
        .contains("go_on.checkpoint_id is missing");
  }

  @Test
  void givenARetryOfMoreQuestionsThanTheLimit_whenParsed_thenItIsTooLarge() {
    String ids =
        IntStream.rangeClosed(0, Request.MOST_QUESTIONS)
            .mapToObj(i -> "\"" + i + "\"")
            .collect(Collectors.joining(","));
    DeadLetter deadLetter =
        rejected(
            JSON.parse(
                record(
                    "r",
                    ("{\"request_id\":\"r\",\"retry\":{\"checkpoint_id\":\"c\",\"question_ids\":["
                            + ids
                            + "]}}")
                        .getBytes(UTF_8))));
    assertThat(deadLetter.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(deadLetter.explanation())
        .contains("retry.question_ids has 10,001 entries; at most 10,000 are allowed");
  }

  @Test
  void givenMoreThanTheLimit_whenParsed_thenItIsTooLarge() {
    assertThat(
            rejected(JSON.parse(record("r", new byte[RecordLimits.DEFAULT.recordBytes()])))
                .reason())
        .isEqualTo(Reason.TOO_LARGE);
  }
}
