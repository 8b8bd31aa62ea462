package dev.craftstream.cli.operate;

import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.triton.doctor.Diagnosis;
import dev.craftstream.triton.doctor.Doctor;
import dev.craftstream.triton.doctor.Finding;
import dev.craftstream.triton.doctor.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** What a doctor finds, in lines for people, each as soon as it is known. */
public final class DoctorReport implements Doctor.Progress {
  private static final int WIDTH = 110;
  private static final int TEXT_COLUMN = 26;

  private final Consumer<String> lines;
  private final Consumer<String> steps;
  private boolean hasRates;

  /**
   * Reports to these.
   *
   * @param lines takes text that stays, with its line breaks
   * @param steps takes what is looked at now
   */
  DoctorReport(Consumer<String> lines, Consumer<String> steps) {
    this.lines = lines;
    this.steps = steps;
  }

  void begin(Serving serving, String servers) {
    say("%s, by the contract %s, at %s", serving.shown(), serving.contract(), servers);
    say("");
  }

  @Override
  public void step(String what) {
    steps.accept(what);
  }

  @Override
  public void found(Finding finding) {
    List<String> texts = wrapped(finding.found(), WIDTH - TEXT_COLUMN);
    if (!finding.advice().isEmpty()) {
      texts.addAll(wrapped("-> " + finding.advice(), WIDTH - TEXT_COLUMN));
    }
    for (int i = 0; i < texts.size(); i++) {
      String left = i > 0 ? "" : "  %-7s%s".formatted(word(finding), finding.check());
      say("%-" + TEXT_COLUMN + "s%s", left, texts.get(i));
    }
  }

  @Override
  public void measured(Rate rate) {
    if (!hasRates) {
      say("");
      say("Open-ended questions   in flight  questions/s  s a question");
      hasRates = true;
    }
    say(
        "  %-20s %9d %12.2f %13.2f",
        rate.answered() + " answered", rate.inFlight(), rate.perSecond(), rate.secondsEach());
  }

  void end(Diagnosis diagnosis) {
    if (diagnosis.load() != null) {
      for (String sentence : diagnosis.load().sentences()) {
        wrapped(sentence, WIDTH - 2).forEach(line -> say("  %s", line));
      }
    }
    say("");
    long faults =
        diagnosis.findings().stream().filter(f -> f.verdict() == Finding.Verdict.FAULT).count();
    say(
        diagnosis.well()
            ? "All is well."
            : "Faults: %d. With them the job would not measure what it should.",
        faults);
  }

  private static String word(Finding finding) {
    return switch (finding.verdict()) {
      case WELL -> "ok";
      case REMARK -> "remark";
      case FAULT -> "FAULT";
      case NOT_CHECKED -> "-";
    };
  }

  private static List<String> wrapped(String sentence, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : sentence.strip().split("\\s+", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private void say(String format, Object... values) {
    lines.accept(String.format(Locale.ROOT, format, values).stripTrailing() + "\n");
  }
}
