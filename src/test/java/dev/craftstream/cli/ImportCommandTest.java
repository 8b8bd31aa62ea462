package dev.craftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code ./craft import} makes of the published forms. */
class ImportCommandTest {
  private static final Path SHARED = Path.of("..", "shared", "data");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int check(String format, String fileName, String content, String... more)
      throws Exception {
    Path file = Files.writeString(folder.resolve(fileName), content);
    String[] arguments = new String[4 + more.length];
    System.arraycopy(
        new String[] {"import", format, file.toString(), "--dry-run"}, 0, arguments, 0, 4);
    System.arraycopy(more, 0, arguments, 4, more.length);
    return run(arguments);
  }

  private int run(String... arguments) {
    CommandLine craft = Craft.commandLine();
    craft.setOut(new PrintWriter(out, true));
    craft.setErr(new PrintWriter(err, true));
    return craft.execute(arguments);
  }

  private String said() {
    return out.toString() + err;
  }

  @Test
  void triviaQaIsAnObjectWithAList_andABadRecordStopsOrIsLeftOut() throws Exception {
    String content =
        """
        {"Domain": "Web", "Data": [
          {"QuestionId": "tc_1", "Question": "Who?",
           "Answer": {"Value": "Bob", "Aliases": ["Bob", "Bobby"]}, "SearchResults": [{"Title": "x"}]},
          {"QuestionId": "tc_2", "Question": "", "Answer": {"Value": "x", "Aliases": []}}
        ], "Version": 1}
        """;
    assertThat(check("triviaqa", "web.json", content)).isEqualTo(1);
    assertThat(said()).contains("web.json:4");
    assertThat(check("triviaqa", "web.json", content, "--skip-bad")).isZero();
    assertThat(said()).contains("1 open-ended, 0 multiple-choice");
  }

  @Test
  void nqOpenIsReadByLinesAndAsAList() throws Exception {
    String first = "{\"question\": \"who\", \"answer\": [\"Bob\", \"Bobby\"]}";
    assertThat(check("nq-open", "dev.jsonl", first + "\n" + first.replace("who", "where") + "\n"))
        .as(said())
        .isZero();
    assertThat(said()).contains("2 open-ended");
    String second =
        "{\"qid\": \"nq_1\", \"question\": \"who\", \"answer\": \"Bob\", \"answers\": [\"Bob\"]}";
    assertThat(check("nq-open", "dev.json", "[\n" + second + "\n]")).as(said()).isZero();
    assertThat(said()).contains("1 open-ended");
  }

  @Test
  void mmluIsReadWithAHeaderAndAsPublishedWithout() throws Exception {
    assertThat(
            check(
                "mmlu",
                "mmlu_test.csv",
                "id,lang,question,A,B,C,D,target\nlaw/test/0,en,\"Who, then?\",a,b,c,d,B\n"))
        .as(said())
        .isZero();
    assertThat(check("mmlu", "college_biology_test.csv", "\"Which, then?\",a,b,c,d,D\n"))
        .as(said())
        .isZero();
    assertThat(check("mmlu", "college_law_test.csv", "Which?,a,b,c,d,E\n")).isEqualTo(1);
    assertThat(said()).contains("college_law_test.csv:1");
  }

  @Test
  void arcHasLettersOrNumbersForItsOptions() throws Exception {
    String record =
        "{\"id\": \"%s\", \"question\": {\"stem\": \"Which?\", \"choices\": [{\"text\": \"x\","
            + " \"label\": \"%s\"}, {\"text\": \"y\", \"label\": \"%s\"}, {\"text\": \"z\","
            + " \"label\": \"%s\"}]}, \"answerKey\": \"%s\"}\n";
    assertThat(
            check(
                "arc",
                "arc.jsonl",
                record.formatted("1", "A", "B", "C", "C")
                    + record.formatted("2", "1", "2", "3", "2")))
        .as(said())
        .isZero();
    assertThat(said()).contains("2 multiple-choice");
  }

  @Test
  void aSampleIsTheSameForTheSameSeed_andLimitsAreTheJobs() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      lines.append("{\"question\": \"who is %d\", \"answer\": [\"Bob\"]}\n".formatted(i));
    }
    assertThat(check("nq-open", "50.jsonl", lines.toString(), "--sample", "7")).isZero();
    assertThat(said()).contains("7 open-ended");
    String tooLong = "{\"question\": \"%s\", \"answer\": [\"Bob\"]}".formatted("x".repeat(200_000));
    assertThat(check("nq-open", "long.jsonl", tooLong)).isEqualTo(1);
    assertThat(err.toString()).contains("long.jsonl:1").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "nq-open, nq_dev.json, 3610",
    "mmlu, mmlu_test.csv, '14,042'",
    "mmlu, mmlu_val.csv, '1,531'",
    "mmlu, mmlu_dev.csv, 285"
  })
  void thePublicSetsAreReadWhole(String format, String file, String questions) {
    assumeTrue(Files.isDirectory(SHARED), () -> "There are no public sets at " + SHARED + ".");
    assertThat(run("import", format, SHARED.resolve(file).toString(), "--dry-run"))
        .as(said())
        .isZero();
    assertThat(said().replace(",", "")).contains("import " + questions.replace(",", "") + " ");
  }
}
