package dev.craftstream.embedded.study;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.client.importing.Adjustments;
import dev.craftstream.client.importing.Checked;
import dev.craftstream.client.importing.Choice;
import dev.craftstream.client.importing.QuestionFormat;
import dev.craftstream.client.importing.QuestionImport;
import dev.craftstream.client.importing.ReadAs;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Sha256;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The study's questions: those that come with the project, and some of NQ-open, of which a small
 * model knows next to nothing.
 */
public final class StudyQuestions {
  /** The subject of the questions of NQ-open. */
  public static final String HOPELESS = "nq-open";

  private static final String RESOURCE = "/study/questions.jsonl";

  private StudyQuestions() {}

  /**
   * How many of them.
   *
   * @param train of the project's to train on, at most
   * @param test of the project's to test with, at most
   * @param hopelessTrain of NQ-open to train on
   * @param hopelessTest of NQ-open to test with
   */
  public record Counts(int train, int test, int hopelessTrain, int hopelessTest) {}

  /**
   * The questions, the same each time.
   *
   * @param nqOpen a file of NQ-open; null to do without
   */
  public static List<Question> read(Counts counts, Path nqOpen, RecordLimits limits)
      throws IOException {
    List<Question> own = ofProject(limits);
    List<Question> chosen = new ArrayList<>();
    chosen.addAll(first(counts.train(), own, Purpose.TRAIN));
    chosen.addAll(first(counts.test(), own, Purpose.EVALUATE));
    if (nqOpen != null) {
      List<Question> hopeless =
          first(
              counts.hopelessTrain() + counts.hopelessTest(),
              read(QuestionFormat.NQ_OPEN, nqOpen, limits),
              Purpose.TRAIN);
      for (int i = 0; i < hopeless.size(); i++) {
        chosen.add(
            ofSubject(
                hopeless.get(i), i < counts.hopelessTrain() ? Purpose.TRAIN : Purpose.EVALUATE));
      }
    }
    return List.copyOf(chosen);
  }

  private static Question ofSubject(Question question, Purpose purpose) {
    return new Question(
        question.id(),
        question.task(),
        purpose,
        question.text(),
        question.answer(),
        question.aliases(),
        question.options(),
        HOPELESS,
        question.tags());
  }

  private static List<Question> ofProject(RecordLimits limits) throws IOException {
    Path copy = Files.createTempFile("study", ".jsonl");
    try (InputStream input = StudyQuestions.class.getResourceAsStream(RESOURCE)) {
      if (input == null) {
        throw new IOException("The jar has no questions for the study; build it again.");
      }
      Files.copy(input, copy, StandardCopyOption.REPLACE_EXISTING);
      return read(QuestionFormat.JSONL, copy, limits);
    } finally {
      Files.delete(copy);
    }
  }

  /** Those whose hash comes first, so that a small study is a part of a large one. */
  private static List<Question> first(int count, List<Question> all, Purpose purpose) {
    return all.stream()
        .filter(question -> question.purpose() == purpose)
        .sorted(
            Comparator.comparingLong((Question q) -> Sha256.first64Bits(q.id().getBytes(UTF_8)))
                .thenComparing(Question::id))
        .limit(count)
        .toList();
  }

  private static List<Question> read(QuestionFormat format, Path file, RecordLimits limits)
      throws IOException {
    QuestionImport source =
        new QuestionImport(
            new ReadAs.Named(format),
            List.of(file),
            Adjustments.NONE,
            new Choice.All(),
            WireFormat.JSON,
            limits,
            (writing, records, bytes, totalBytes) -> {});
    Checked checked = source.check();
    if (checked.counts().all() == 0) {
      throw new IOException(file + " has no questions in it.");
    }
    List<Question> questions = new ArrayList<>();
    source.write(
        checked, events -> events.stream().map(QuestionEvent::question).forEach(questions::add));
    return questions;
  }
}
