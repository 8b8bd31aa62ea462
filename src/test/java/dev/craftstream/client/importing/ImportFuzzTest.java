package dev.craftstream.client.importing;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.craftstream.model.Purpose;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever is in a file of questions: what can be used of it keeps the job's rules, all else is a
 * sentence.
 */
@Timeout(20)
class ImportFuzzTest {
  private static final Adjustments ADJUSTMENTS =
      new Adjustments("x/", Purpose.EVALUATE, null, List.of("tag"));

  private static Path folder;

  @BeforeAll
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("import-fuzz");
  }

  @AfterAll
  static void removeFolder() throws IOException {
    for (QuestionFormat format : QuestionFormat.values()) {
      Files.deleteIfExists(file(format));
    }
    Files.delete(folder);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"Data\":[",
    "\"QuestionId\":",
    "\"Question\":",
    "\"Answer\":{",
    "\"Value\":",
    "\"Aliases\":["
  })
  void triviaQa(byte[] content) throws IOException {
    check(QuestionFormat.TRIVIAQA, content);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({"\"question\":", "\"answer\":[", "\"answers\":[", "\"qid\":", "\\x0a"})
  void nqOpen(byte[] content) throws IOException {
    check(QuestionFormat.NQ_OPEN, content);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({"id,question,A,B,C,D,target", "\\x22\\x22", "\\x0d\\x0a", ",A", ",\\x22"})
  void mmlu(byte[] content) throws IOException {
    check(QuestionFormat.MMLU, content);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"id\":",
    "\"question\":{",
    "\"stem\":",
    "\"choices\":[",
    "\"label\":",
    "\"text\":",
    "\"answerKey\":"
  })
  void arc(byte[] content) throws IOException {
    check(QuestionFormat.ARC, content);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({"\"question_id\":", "\"open_ended\":{", "\"removal\":{}", "\\x0a"})
  void ownQuestions(byte[] content) throws IOException {
    check(QuestionFormat.JSONL, content);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "question,correct_answer,distractor1",
    "['a' 'b']",
    "{'text': array(['a'], dtype=object)",
    "\\x1f\\x8b",
    "\\x28\\xb5\\x2f\\xfd",
    "PAR1",
    "\"messages\":[{\"role\":",
    "\"qas\":[",
    "\"answers\":"
  })
  void anyOther(byte[] content) throws IOException {
    check(QuestionFormat.SCIQ, content);
  }

  private static Path file(QuestionFormat format) {
    return folder.resolve(format.word() + "_test.csv");
  }

  private static void check(QuestionFormat format, byte[] content) throws IOException {
    check(file(format), new ReadAs.Named(format), content);
    check(file(format), new ReadAs.Recognised(), content);
  }

  private static void check(Path path, ReadAs readAs, byte[] content) throws IOException {
    Path file = Files.write(path, content);
    QuestionImport source =
        new QuestionImport(
            readAs,
            List.of(file),
            ADJUSTMENTS,
            new Choice.All(),
            WireFormat.JSON,
            RecordLimits.DEFAULT,
            (writing, records, bytes, totalBytes) -> {});
    Checked checked;
    try {
      checked = source.check();
    } catch (IOException e) {
      checkSentence(e.getMessage());
      return;
    }
    checked.mistakes().forEach(ImportFuzzTest::checkSentence);
    checked.repetitions().forEach(ImportFuzzTest::checkSentence);
    checked.unanswered().forEach(ImportFuzzTest::checkSentence);
    checked.remarks().forEach(ImportFuzzTest::checkSentence);
    assertThat(checked.mistakes()).hasSize((int) Math.min(10, checked.unusable()));
    long[] written = {0};
    source.write(checked, batch -> written[0] += batch.size());
    assertThat(written[0]).isEqualTo(checked.counts().all());
    assertThat(checked.records())
        .isEqualTo(
            checked.counts().all()
                + checked.unusable()
                + checked.repeated()
                + checked.withoutAnswer());
  }

  private static void checkSentence(String sentence) {
    assertThat(sentence).doesNotContain("null:", "\n", "Exception").hasSizeLessThan(2_000);
    assertThat(sentence).matches("(?s).*[.?]");
  }
}
