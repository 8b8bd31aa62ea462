package dev.craftstream.cli.input;

import dev.craftstream.client.importing.Checked;
import dev.craftstream.client.importing.Checked.Counts;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an import says of what it found. */
public final class ImportReport {
  private static final int TEXT_CHARACTERS = 200;
  private static final int ALIASES = 6;

  private final Checked checked;
  private final double seconds;

  ImportReport(Checked checked, double seconds) {
    this.checked = checked;
    this.seconds = seconds;
  }

  /** What is not written, or not as it stands in the files, and why. */
  void leftOut(PrintWriter err) {
    list(
        err,
        "%,d records were left out, for they cannot be used:",
        checked.mistakes(),
        checked.unusable());
    list(
        err,
        "%,d questions were left out, for their file has no answer to them that one could be measured by:",
        checked.unanswered(),
        checked.withoutAnswer());
    list(
        err,
        "%,d records were left out, for they repeat others:",
        checked.repetitions(),
        checked.repeated());
    checked.remarks().forEach(err::println);
    err.flush();
  }

  private static void list(PrintWriter err, String head, List<String> sentences, long all) {
    if (all > 0) {
      err.println(String.format(Locale.ROOT, head, all));
      sentences.forEach(sentence -> err.println("  " + sentence));
      if (all > sentences.size()) {
        err.println(String.format(Locale.ROOT, "  ... and %,d more", all - sentences.size()));
      }
    }
  }

  void imported(PrintWriter out, String topic) {
    out.println("Imported %s to %s, %s.".formatted(what(), topic, from()));
    out.flush();
  }

  /** Shows the first questions as well, for whether a file means what was read people see best. */
  void wouldImport(PrintWriter out, List<QuestionEvent> preview) {
    out.println("The first of what would be written:");
    preview.forEach(event -> show(out, event));
    out.println("Would import %s %s; nothing was written.".formatted(what(), from()));
    out.flush();
  }

  private static void show(PrintWriter out, QuestionEvent event) {
    Question question = event.question();
    if (question == null) {
      out.println("  " + event.questionId() + " is removed");
      return;
    }
    out.println(
        "  "
            + event.questionId()
            + (question.subject().isEmpty() ? "" : ", on " + shown(question.subject()))
            + (question.purpose() == Purpose.EVALUATE ? ", to evaluate with" : ""));
    out.println("    question  " + shown(question.text()));
    if (question.task() == Task.OPEN_ENDED) {
      out.println("    answer    " + shown(question.answer()));
      if (!question.aliases().isEmpty()) {
        out.println("    aliases   " + aliases(question.aliases()));
      }
    } else {
      for (int i = 0; i < question.options().size(); i++) {
        String letter = Question.optionLetter(i);
        out.println(
            "    %s %s  %s"
                .formatted(
                    letter.equals(question.answer()) ? "answer " : "       ",
                    letter,
                    shown(question.options().get(i))));
      }
    }
  }

  private static String aliases(List<String> aliases) {
    return aliases.stream()
            .limit(ALIASES)
            .map(ImportReport::shown)
            .collect(Collectors.joining("; "))
        + (aliases.size() > ALIASES ? "; ... and %d more".formatted(aliases.size() - ALIASES) : "");
  }

  private static String shown(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\u0080-\\u009f]+", " ").strip();
    return line.length() > TEXT_CHARACTERS ? line.substring(0, TEXT_CHARACTERS) + "…" : line;
  }

  private String what() {
    Counts counts = checked.counts();
    return String.format(
        Locale.ROOT,
        "%,d question events (%,d open-ended, %,d multiple-choice%s)",
        counts.all(),
        counts.openEnded(),
        counts.multipleChoice(),
        counts.removals() == 0
            ? ""
            : String.format(Locale.ROOT, ", %,d removals", counts.removals()));
  }

  private String from() {
    return String.format(
        Locale.ROOT,
        "of %,d records read as %s in %.1f s (%,.0f a second)",
        checked.records(),
        checked.files().stream()
            .map(Checked.FileRead::form)
            .distinct()
            .collect(Collectors.joining(", ")),
        seconds,
        checked.records() / Math.max(seconds, 1e-3));
  }
}
