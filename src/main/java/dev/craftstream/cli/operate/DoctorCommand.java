package dev.craftstream.cli.operate;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.cli.common.Json;
import dev.craftstream.cli.common.ServingOptions;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.triton.doctor.Diagnosis;
import dev.craftstream.triton.doctor.Doctor;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
public final class DoctorCommand implements Callable<Integer> {
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
    PrintWriter out = spec.commandLine().getOut();
    Doctor.Settings asked =
        new Doctor.Settings(
            settings.triton(),
            settings.query(),
            settings.evaluation(),
            settings.limits().textCharacters(),
            inFlight,
            Duration.ofSeconds(seconds));
    try (ProgressLine line = Commands.progressLine(spec)) {
      Diagnosis diagnosis;
      if (json) {
        diagnosis = Doctor.examine(asked, checkpoint, step -> show(line, step));
        out.println(Json.line(diagnosis));
        out.flush();
      } else {
        Consumer<String> lines =
            text -> {
              line.clear();
              out.print(text);
              out.flush();
            };
        DoctorReport report = new DoctorReport(lines, step -> show(line, step));
        report.begin(checkpoint.serving(), settings.triton().servers());
        diagnosis = Doctor.examine(asked, checkpoint, report);
        report.end(diagnosis);
      }
      return diagnosis.well() ? 0 : 1;
    }
  }

  private static void show(ProgressLine line, String step) {
    line.show(() -> String.format(Locale.ROOT, "  %s; %.0f s", step, line.seconds()));
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
}
