package dev.craftstream.cli;

import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.Limits;
import dev.craftstream.topics.Parsed;
import dev.craftstream.topics.QuestionParser;
import dev.craftstream.topics.WireFormat;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Question events as JSON, one a line; blank lines are skipped. */
final class QuestionsFile {
  private static final String BUILT_IN = "/demo/questions.jsonl";
  private static final int SHOWN_MISTAKES = 10;

  private final String name;
  private final QuestionParser parser = new QuestionParser(WireFormat.JSON, Limits.DEFAULT);
  private final List<QuestionEvent> events = new ArrayList<>();
  private final List<String> mistakes = new ArrayList<>();
  private final Map<String, Integer> lines = new HashMap<>();

  private QuestionsFile(String name) {
    this.name = name;
  }

  /** The questions that come with the project. */
  static List<QuestionEvent> builtIn() throws IOException {
    try (InputStream input = QuestionsFile.class.getResourceAsStream(BUILT_IN)) {
      if (input == null) {
        throw new IOException("The jar has no questions of its own; build it again.");
      }
      return new QuestionsFile("questions.jsonl").read(input);
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException with a sentence for each line that cannot be used
   */
  static List<QuestionEvent> read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder; name a file of questions.");
    }
    try (InputStream input = new BufferedInputStream(Files.newInputStream(file))) {
      return new QuestionsFile(file.toString()).read(input);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no file " + file + ".", e);
    }
  }

  private List<QuestionEvent> read(InputStream input) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int number = 1;
    for (int next = input.read(); next >= 0; next = input.read()) {
      if (next == '\n') {
        add(number, line.toByteArray());
        line.reset();
        number++;
      } else {
        line.write(next);
      }
    }
    add(number, line.toByteArray());
    if (!mistakes.isEmpty()) {
      throw new IOException(explained());
    }
    if (events.isEmpty()) {
      throw new IOException(name + " has no questions in it.");
    }
    return List.copyOf(events);
  }

  private void add(int number, byte[] line) {
    if (isBlank(line)) {
      return;
    }
    Parsed<QuestionEvent> parsed =
        parser.parse(new OriginalRecord(new Origin(name, 0, number), null, line));
    if (parsed instanceof Parsed.Event<QuestionEvent> event) {
      Integer before = lines.putIfAbsent(event.event().questionId(), number);
      if (before != null) {
        mistake(
            number,
            "question_id %s is that of line %d, too; each id may stand there once."
                .formatted(event.event().questionId(), before));
      }
      events.add(event.event());
    } else if (parsed instanceof Parsed.Rejected<QuestionEvent> rejected) {
      mistake(number, rejected.deadLetter().explanation());
    }
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  private void mistake(int line, String sentence) {
    mistakes.add(name + ":" + line + ": " + sentence);
  }

  private String explained() {
    String shown =
        String.join("\n", mistakes.subList(0, Math.min(SHOWN_MISTAKES, mistakes.size())));
    return "The questions cannot be used.\n"
        + shown
        + (mistakes.size() > SHOWN_MISTAKES
            ? "\n... and " + (mistakes.size() - SHOWN_MISTAKES) + " lines more"
            : "");
  }
}
