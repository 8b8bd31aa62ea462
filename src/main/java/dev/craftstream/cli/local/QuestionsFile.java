package dev.craftstream.cli.local;

import dev.craftstream.client.importing.Adjustments;
import dev.craftstream.client.importing.Checked;
import dev.craftstream.client.importing.Choice;
import dev.craftstream.client.importing.QuestionFormat;
import dev.craftstream.client.importing.QuestionImport;
import dev.craftstream.client.importing.ReadAs;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** All of a file of the project's own form; blank lines are skipped. */
public final class QuestionsFile {
  private static final String BUILT_IN = "/demo/questions.jsonl";

  private QuestionsFile() {}

  /** The questions that come with the project. */
  static List<QuestionEvent> builtIn(RecordLimits limits) throws IOException {
    Path copy = Files.createTempFile("questions", ".jsonl");
    try (InputStream input = QuestionsFile.class.getResourceAsStream(BUILT_IN)) {
      if (input == null) {
        throw new IOException("The jar has no questions of its own; build it again.");
      }
      Files.copy(input, copy, StandardCopyOption.REPLACE_EXISTING);
      return read(copy, limits);
    } finally {
      Files.delete(copy);
    }
  }

  /**
   * Reads a file.
   *
   * @param limits those of the job that is to take the questions
   * @throws IOException with a sentence for each line that cannot be used
   */
  static List<QuestionEvent> read(Path file, RecordLimits limits) throws IOException {
    QuestionImport source =
        new QuestionImport(
            new ReadAs.Named(QuestionFormat.JSONL),
            List.of(file),
            Adjustments.NONE,
            new Choice.All(),
            WireFormat.JSON,
            limits,
            (writing, records, bytes, totalBytes) -> {});
    Checked checked = source.check();
    if (checked.unusable() > 0) {
      throw new IOException("The questions cannot be used.\n" + checked.shownMistakes());
    }
    if (checked.counts().all() == 0) {
      throw new IOException(file + " has no questions in it.");
    }
    List<QuestionEvent> events = new ArrayList<>();
    source.write(checked, events::addAll);
    return List.copyOf(events);
  }
}
