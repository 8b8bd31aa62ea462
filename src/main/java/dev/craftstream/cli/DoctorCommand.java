package dev.craftstream.cli;

import dev.craftstream.client.ProgressLine;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.Role;
import dev.craftstream.triton.doctor.Diagnosis;
import dev.craftstream.triton.doctor.Doctor;
import dev.craftstream.triton.doctor.Finding;
import dev.craftstream.triton.doctor.Rate;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft doctor}. */
@Command(
    name = "doctor",
    description = {
      "Asks a served model as the job would, with the job's options, and says what is wrong with it and"
          + " what to do: contract, answers, seeds, embeddings, letters' probabilities, a very long"
          + " question, and how many questions in flight are best. Nothing is announced.",
      "Exit code 0: no fault was found; 1: one was."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft doctor --model llama --contract VLLM --embedding-model minilm"
          + " -Dtriton.endpoints=localhost:8001",
      "  ./craft doctor --model llama --adapter r1 --contract VLLM --embedding-model minilm --seconds 0",
      "  ./craft doctor --model smollm2 --in-flight 4,8,16 --json | jq '.load'"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int WIDTH = 110;
  private static final int TEXT_COLUMN = 26;

  @Spec private CommandSpec spec;
  @Mixin private ServingOptions serving;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,8,32",
      description =
          "Numbers of open-ended questions in flight whose rates are measured. Default:"
              + " ${DEFAULT-VALUE}.")
  private List<Integer> inFlight;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description =
          "How long for each; what is in flight then is waited for. 0 leaves the rates out. Default:"
              + " ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(names = "--json", description = "Print one JSON object instead of text.")
  private boolean json;

  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    check();
    var checkpoint = serving.checkpoint("doctor", Role.INITIAL, "");
    CurationSettings settings = job.settingsWithTriton();
    Diagnosis diagnosis;
    try (ProgressLine line = Commands.progressLine(spec)) {
      diagnosis =
          Doctor.examine(
              new Doctor.Settings(
                  settings.triton(),
                  settings.query(),
                  settings.evaluation(),
                  settings.limits().textCharacters(),
                  inFlight,
                  Duration.ofSeconds(seconds)),
              checkpoint,
              step ->
                  line.show(
                      () -> String.format(Locale.ROOT, "  %s; %.0f s", step, line.seconds())));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(diagnosis));
    } else {
      print(diagnosis, out);
    }
    out.flush();
    return diagnosis.well() ? 0 : 1;
  }

  private void check() {
    for (int level : inFlight) {
      if (level < 1 || level > 1_000) {
        throw Commands.wrong(spec, "--in-flight is " + level + "; give 1 to 1000.");
      }
    }
    if (seconds < 0 || seconds > 600) {
      throw Commands.wrong(spec, "--seconds is " + seconds + "; give 0 to 600.");
    }
  }

  private static void print(Diagnosis diagnosis, PrintWriter out) {
    say(
        out,
        "%s, by the contract %s, at %s",
        diagnosis.model(),
        diagnosis.contract(),
        diagnosis.servers());
    say(out, "");
    for (Finding finding : diagnosis.findings()) {
      List<String> lines = wrapped(finding.found(), WIDTH - TEXT_COLUMN);
      if (!finding.advice().isEmpty()) {
        lines.addAll(wrapped("-> " + finding.advice(), WIDTH - TEXT_COLUMN));
      }
      for (int i = 0; i < lines.size(); i++) {
        String left = i > 0 ? "" : "  %-7s%s".formatted(word(finding), finding.check());
        say(out, "%-" + TEXT_COLUMN + "s%s", left, lines.get(i));
      }
    }
    if (!diagnosis.rates().isEmpty()) {
      say(out, "");
      say(out, "Open-ended questions   in flight  questions/s  s a question");
      for (Rate rate : diagnosis.rates()) {
        say(
            out,
            "  %-20s %9d %12.2f %13.2f",
            rate.answered() + " answered",
            rate.inFlight(),
            rate.perSecond(),
            rate.secondsEach());
      }
    }
    if (diagnosis.load() != null) {
      for (String sentence : diagnosis.load().sentences()) {
        wrapped(sentence, WIDTH - 2).forEach(line -> say(out, "  %s", line));
      }
    }
    say(out, "");
    long faults =
        diagnosis.findings().stream().filter(f -> f.verdict() == Finding.Verdict.FAULT).count();
    say(
        out,
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

  private static void say(PrintWriter out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values).stripTrailing());
  }
}
