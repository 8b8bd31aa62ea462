package dev.craftstream.client.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.craftstream.client.importing.forms.Questions;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionImportTest {
  private static final Path SHARED = Path.of("../shared/data");

  @TempDir Path folder;
  private Checked checked;

  @Test
  void triviaQaIsAListInAnObjectWhoseOtherFieldsAreSkipped() throws Exception {
    Path file =
        file(
            "web-dev.json",
            """
            {"Domain": "Web", "Sources": [{"Data": []}], "Data": [
              {"Answer": {"Aliases": ["Sirius", "", "Dog Star", "Sirius", "Canicula"], "Type": "FreeForm", "Value": "Sirius"},
               "EntityPages": [{"Title": "Star"}], "Question": "Which star is brightest?", "QuestionId": "tc_1"}],
             "Version": 1.0}
            """);

    assertThat(questions(QuestionFormat.TRIVIAQA, file))
        .containsExactly(
            Questions.openEnded(
                "tc_1", "Which star is brightest?", "Sirius", List.of("Dog Star", "Canicula")));
  }

  @Test
  void triviaQaWithoutAnswersIsASentence() throws Exception {
    Path file =
        file("test.json", "{\"Data\": [\n {\"Question\": \"Who?\", \"QuestionId\": \"tc_9\"}]}");

    check(QuestionFormat.TRIVIAQA, file);

    assertThat(checked.mistakes())
        .containsExactly(
            file
                + ":2 (record 1): Answer is missing; the files without answers are for TriviaQA's own test server.");
  }

  @Test
  void nqOpenAsPublishedGetsIdsThatRestOnTheText() throws Exception {
    String first = "{\"question\": \"who was first\", \"answer\": [\"Ada\", \"Ada L\"]}";
    String last = "{\"question\": \"who was last\", \"answer\": [\"Bob\"]}";

    List<Question> one = questions(QuestionFormat.NQ_OPEN, file("a.jsonl", first + "\n" + last));
    List<Question> other = questions(QuestionFormat.NQ_OPEN, file("b.jsonl", last + "\n" + first));

    assertThat(one.get(0))
        .isEqualTo(Questions.openEnded(one.get(0).id(), "who was first", "Ada", List.of("Ada L")));
    assertThat(one.get(0).id()).matches("nq-[0-9a-f]{16}");
    assertThat(other).containsExactly(one.get(1), one.get(0));
  }

  @Test
  void nqOpenAsAListHasIdsOfItsOwn() throws Exception {
    Path file =
        file(
            "nq.json",
            "\uFEFF[{\"qid\": \"nq_0\", \"lang\": \"en\", \"question\": \"where\", \"answer\": \"here\","
                + " \"answers\": [\"here\", \"there\"]}]");

    assertThat(questions(QuestionFormat.NQ_OPEN, file))
        .containsExactly(Questions.openEnded("nq_0", "where", "here", List.of("there")));
  }

  @Test
  void mmluHasTheSameIdsWithAndWithoutAHeader() throws Exception {
    String row = "\"Which, of \"\"these\"\"\nis it?\",\"1, 2\",b,c,d,A\n";
    Path header =
        file("all.csv", "id,lang,question,A,B,C,D,target\ncollege_biology/test/0,en," + row);
    Path published = file("college_biology_test.csv", row);

    List<Question> questions = questions(QuestionFormat.MMLU, header);

    assertThat(questions)
        .containsExactly(
            Questions.multipleChoice(
                "college_biology/test/0",
                "Which, of \"these\"\nis it?",
                List.of("1, 2", "b", "c", "d"),
                "A",
                "college biology"));
    assertThat(questions(QuestionFormat.MMLU, published)).isEqualTo(questions);
  }

  @Test
  void aRecordLargerThanAnyQuestionEndsTheReadingBeforeMemoryDoes() throws Exception {
    String large = "x".repeat(17 << 20);
    for (Path file :
        List.of(
            file("open-quote_test.csv", "Which?,a,b,c,d,A\n\"" + large),
            file("list.json", "[{\"question\": \"who\", \"answer\": \"" + large + "\"}]"))) {
      QuestionFormat format =
          file.toString().endsWith("csv") ? QuestionFormat.MMLU : QuestionFormat.NQ_OPEN;
      assertThatThrownBy(() -> check(format, file))
          .isInstanceOf(IOException.class)
          .hasMessageMatching("Record [12] of .* has more than 16 MiB.*");
    }
  }

  @Test
  void aListThatIsCutOffIsASentence() throws Exception {
    for (String cut : List.of("[6666", "[{\"id\": \"a\"}", "[{\"id\": ", "[")) {
      Path file = file("cut.json", cut);
      assertThatThrownBy(() -> check(QuestionFormat.ARC, file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cut.json:1: The file is not JSON from here on: Unexpected end");
    }
  }

  @Test
  void whatAFileSaysIsShownShortAndWithoutWhatTerminalsObey() throws Exception {
    Path file = file("arc.jsonl", arc("M1", "\\u001b[2J\\n" + "x".repeat(5_000), "1", "2"));

    check(QuestionFormat.ARC, file);

    assertThat(checked.mistakes())
        .singleElement()
        .satisfies(
            mistake ->
                assertThat(mistake)
                    .contains("answerKey is \"?[2J?xxx")
                    .hasSizeLessThan(file.toString().length() + 650)
                    .endsWith("(shortened)."));
  }

  @Test
  void arcsLabelsBecomeLettersByTheirOrder() throws Exception {
    Path file = file("arc.jsonl", arc("M1", "2", "1", "2", "3"));

    assertThat(questions(QuestionFormat.ARC, file))
        .containsExactly(
            Questions.multipleChoice("M1", "Why?", List.of("t1", "t2", "t3"), "B", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "MMLU | Frage,A,B,C,D,Antwort | The first line names no columns that are known: \"Frage\", \"A\"",
        "MMLU | 0,Which?,a,b,c,d,B | The first line names no columns that are known: \"0\", \"Which?\"",
        "MMLU | 0,Which?,a,b,c,B | The first line names no columns that are known: \"0\", \"Which?\"",
        "MMLU | question,question,A,B,answer | two columns with the name \"question\"",
        "TRIVIAQA | {\"Data\": [{\"QuestionId\": | :1: The file is not JSON from here on",
        "NQ_OPEN | [{\"question\": \"a\"} | :1: The file is not JSON from here on",
        "MMLU | \"open | :1: The file is not CSV from here on",
      })
  void aFileThatCannotBeReadOnIsASentenceWithItsLine(
      QuestionFormat format, String content, String sentence) throws Exception {
    Path file = file("f", content);

    assertThatThrownBy(() -> check(format, file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(sentence);
  }

  @Test
  void aFileThatIsNotUtf8IsASentence() throws Exception {
    Path file = folder.resolve("anatomy_dev.csv");
    Files.write(
        file,
        new byte[] {'q', (byte) 0xC3, ',', 'a', ',', 'b', ',', 'c', ',', 'd', ',', 'A', '\n'});

    assertThatThrownBy(() -> check(QuestionFormat.MMLU, file)).hasMessageContaining("is not UTF-8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "NQ_OPEN | {\"question\": 7, \"answer\": [\"a\"]} | question is the number 7; a string is needed",
        "NQ_OPEN | {\"question\": \"a\", \"answer\": [\" \"]} | There is no text in answer",
        "NQ_OPEN | {\"question\": \"a\" | The line is not JSON",
        "NQ_OPEN | 3 | This is the number 3; a JSON object is needed",
        "NQ_OPEN | {\"question\":\"a\",\"answer\":[\"b\"],\"answer\":[\"c\"]} | answer is given twice",
        "NQ_OPEN | {\"question\":\"a\",\"Question\":\"b\",\"answer\":[\"b\"]} | question and Question are both given",
        "NQ_OPEN | {\"question\":\"a \\ud83c b\",\"answer\":[\"b\"]} | The question holds half of a surrogate pair",
        "NQ_OPEN | {\"question\":\"a\",\"answer\":[\"b\"],\"possible_answers\":[\"c\"]} | There is also possible_answers",
        "MMLU | q,a,b,c,d,E | multiple_choice.target is \"E\"",
        "MMLU | q,a,b,,d,A | multiple_choice.options[2] is missing",
        "MMLU | q,A | The record has 2 cells; 6 are needed",
      })
  void aRecordThatCannotBeUsedIsASentenceAndTheNextOneIsRead(
      QuestionFormat format, String bad, String sentence) throws Exception {
    String good =
        format == QuestionFormat.MMLU
            ? "good%d,a,b,c,d,A"
            : "{\"question\": \"good%d\", \"answer\": [\"a\"]}";
    Path file =
        file("x_test.csv", good.formatted(1) + "\n" + bad + "\n" + good.formatted(2) + "\n");

    check(format, file);

    assertThat(checked.unusable()).isEqualTo(1);
    assertThat(checked.counts().all()).isEqualTo(2);
    assertThat(checked.mistakes().get(0)).startsWith(file + ":2: ").contains(sentence);
    assertThat(checked.refusal(false)).contains("--skip-bad");
    assertThat(checked.refusal(true)).isEmpty();
  }

  @Test
  void anArcQuestionWhoseAnswerIsNoneOfItsChoicesIsASentence() throws Exception {
    Path file = file("arc.jsonl", arc("M1", "C", "A", "B") + "\n" + arc("M2", "A", "A") + "\n");

    check(QuestionFormat.ARC, file);

    assertThat(checked.mistakes().get(0))
        .endsWith("answerKey is \"C\"; one of the choices' labels is needed, which are A, B.");
    assertThat(checked.mistakes().get(1)).contains("multiple_choice.options has 1 entries");
  }

  @Test
  void theJobsOwnLimitsHold() throws Exception {
    Path file =
        file("nq.jsonl", "{\"question\": \"" + "x".repeat(32_769) + "\", \"answer\": [\"a\"]}");

    check(QuestionFormat.NQ_OPEN, file);

    assertThat(checked.mistakes().get(0)).contains("of 32,769 characters; at most 32,768");
  }

  @Test
  void aRepetitionIsLeftOutAndAnIdWithOtherContentIsAMistake() throws Exception {
    Path file = file("nq.jsonl", nq("1", "a") + "\n" + nq("1", "a") + "\n" + nq("1", "b") + "\n");

    assertThat(questions(QuestionFormat.NQ_OPEN, file)).hasSize(1);
    assertThat(checked.records()).isEqualTo(3);
    assertThat(checked.repetitions())
        .containsExactly(
            "%s:2: question_id 1 is that of %s:1, too, with the same content."
                .formatted(file, file));
    assertThat(checked.mistakes())
        .containsExactly(
            "%s:3: question_id 1 is that of %s:1, too, with other content; each id names one question."
                .formatted(file, file));
  }

  @Test
  void whatIsSaidOfAllQuestionsGoesBeforeTheFile() throws Exception {
    Path file = file("anatomy_dev.csv", "q,a,b,c,d,A\n");

    List<Question> questions =
        read(
            QuestionFormat.MMLU,
            new Adjustments("mmlu/", Purpose.EVALUATE, "bones", List.of("x", "y")),
            new Choice.All(),
            file);

    assertThat(questions)
        .containsExactly(
            new Question(
                "mmlu/anatomy/dev/0",
                Task.MULTIPLE_CHOICE,
                Purpose.EVALUATE,
                "q",
                "A",
                List.of(),
                List.of("a", "b", "c", "d"),
                "bones",
                List.of("x", "y")));
  }

  @Test
  void aSampleDependsOnTheSeedAloneAndHoldsTheSmallerOnes() throws Exception {
    List<String> lines =
        new ArrayList<>(IntStream.range(0, 200).mapToObj(i -> nq(String.valueOf(i), "a")).toList());
    Path file = file("nq.jsonl", String.join("\n", lines));
    Collections.shuffle(lines, new Random(1));
    Path shuffled = file("shuffled.jsonl", String.join("\n", lines));

    List<String> twenty = ids(new Choice.Sample(20, 5), file);

    assertThat(twenty).hasSize(20).isNotEqualTo(ids(new Choice.First(20), file));
    assertThat(ids(new Choice.Sample(20, 5), shuffled)).containsExactlyInAnyOrderElementsOf(twenty);
    assertThat(ids(new Choice.Sample(50, 5), file)).hasSize(50).containsAll(twenty);
    assertThat(ids(new Choice.Sample(20, 6), file)).isNotEqualTo(twenty);
    assertThat(ids(new Choice.Sample(999, 5), file)).hasSize(200);
  }

  @Test
  void whatIsBehindTheFirstQuestionsIsNotRead() throws Exception {
    Path file = file("nq.jsonl", nq("1", "a") + "\nnonsense\n");

    assertThat(ids(new Choice.First(1), file)).containsExactly("1");
    assertThat(checked.unusable()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "NQ_OPEN, nq_dev.json, 3608",
    "MMLU, mmlu_test.csv, 14042",
    "MMLU, mmlu_val.csv, 1531",
    "MMLU, mmlu_dev.csv, 285",
    "ARC, arc_easy_dev.jsonl, 570"
  })
  void thePublicSetsCanBeUsedWhole(QuestionFormat format, String name, int count) throws Exception {
    Path file = SHARED.resolve(name);
    assumeTrue(Files.exists(file), file + " is not on this machine");

    List<Question> questions = questions(format, file);

    assertThat(checked.mistakes()).isEmpty();
    assertThat(questions).hasSize(count);
    assertThat(checked.withoutAnswer())
        .as("two of NQ's questions have an answer of punctuation alone")
        .isEqualTo(checked.records() - count);
  }

  private static String nq(String id, String answer) {
    return "{\"qid\":\"%s\",\"question\":\"q\",\"answer\":\"%s\"}".formatted(id, answer);
  }

  private static String arc(String id, String key, String... labels) {
    List<String> choices = new ArrayList<>();
    for (String label : labels) {
      choices.add("{\"text\":\"t%s\",\"label\":\"%s\"}".formatted(label, label));
    }
    return "{\"id\":\"%s\",\"question\":{\"stem\":\"Why?\",\"choices\":%s},\"answerKey\":\"%s\"}"
        .formatted(id, choices, key);
  }

  private List<String> ids(Choice choice, Path file) throws IOException {
    return read(QuestionFormat.NQ_OPEN, Adjustments.NONE, choice, file).stream()
        .map(Question::id)
        .toList();
  }

  private void check(QuestionFormat format, Path file) throws IOException {
    checked = source(format, Adjustments.NONE, new Choice.All(), file).check();
  }

  private List<Question> questions(QuestionFormat format, Path file) throws IOException {
    return read(format, Adjustments.NONE, new Choice.All(), file);
  }

  private List<Question> read(
      QuestionFormat format, Adjustments adjustments, Choice choice, Path file) throws IOException {
    QuestionImport source = source(format, adjustments, choice, file);
    checked = source.check();
    List<QuestionEvent> events = new ArrayList<>();
    source.write(checked, events::addAll);
    assertThat(checked.counts().all()).isEqualTo(events.size());
    return events.stream().map(QuestionEvent::question).toList();
  }

  private static QuestionImport source(
      QuestionFormat format, Adjustments adjustments, Choice choice, Path file) {
    return new QuestionImport(
        new ReadAs.Named(format),
        List.of(file),
        adjustments,
        choice,
        WireFormat.JSON,
        RecordLimits.DEFAULT,
        (writing, records, bytes, totalBytes) -> {});
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
