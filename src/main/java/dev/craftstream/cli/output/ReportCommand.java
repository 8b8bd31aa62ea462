package dev.craftstream.cli.output;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.ReportReader;
import dev.craftstream.client.RunLedger;
import dev.craftstream.client.report.HtmlReport;
import dev.craftstream.client.report.RunData;
import dev.craftstream.client.report.SummaryText;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.Project;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.label.Strategy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft report}. */
@Command(
    name = "report",
    description = {
      "Writes a page on what the job knows now: labels, knowledge flow, what each strategy chose, how the"
          + " model does. It needs nothing beside it, and says the same in short on the terminal.",
      "It reads all of the job's topics, which takes a while where they are long. Of many questions it"
          + " shows a random sample; datasets and evaluations are told whole."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft report",
      "  ./craft report --out today.html --questions 5000",
      "  ./craft report --initial llama-7b --config my-job.yaml"
    })
public final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "report.html",
      description = "Where the page goes. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--initial",
      paramLabel = "CHECKPOINT_ID",
      defaultValue = "",
      description =
          "The INITIAL checkpoint to report on, with its newest REHEARSAL that is measured. Default: the"
              + " newest one that has such a REHEARSAL.")
  private String initialId;

  @Option(
      names = "--questions",
      paramLabel = "N",
      defaultValue = "2000",
      description = "At most so many questions are shown. Default: ${DEFAULT-VALUE}.")
  private int most;

  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    Commands.requireAtLeast(spec, "--questions", most, 1);
    CurationSettings settings = job.settings();
    ReportReader.Reading reading;
    try (ProgressLine progress = Commands.progressLine(spec)) {
      reading =
          new ReportReader(settings.kafka(), settings.limits(), most)
              .read(initialId, progress::showRecords);
    }
    RunData data = data(settings, reading);
    Path file = out.toAbsolutePath();
    Files.createDirectories(file.getParent());
    Files.writeString(file, HtmlReport.of(data));
    spec.commandLine().getOut().print(SummaryText.of(data));
    spec.commandLine().getOut().println("Report: " + Project.shown(file));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private static RunData data(CurationSettings settings, ReportReader.Reading reading) {
    RunLedger ledger = reading.ledger();
    ModelCheckpoint rehearsal = reading.rehearsal();
    String rehearsalId = rehearsal == null ? "" : rehearsal.id();
    List<RunData.Fact> facts = new ArrayList<>();
    facts.add(fact("INITIAL", reading.initial()));
    if (rehearsal != null) {
      facts.add(fact("REHEARSAL", rehearsal));
    }
    facts.add(
        new RunData.Fact(
            "Training prompts",
            String.join(
                ", ",
                ledger.ofDecisions(
                    reading.initial().id(),
                    rehearsalId,
                    i -> i.getBasis().getTrainingPromptVersion()))));
    return RunData.builder()
        .questions(ledger.curated(reading.initial().id(), rehearsalId), reading.questionsInAll())
        .datasets(ledger.chosen(reading.initial().id(), rehearsalId, List.of(Strategy.values())))
        .evaluations(ledger.evaluations())
        .failures(ledger.failures())
        .facts(facts)
        .build();
  }

  private static RunData.Fact fact(String name, ModelCheckpoint checkpoint) {
    return new RunData.Fact(
        name,
        "%s (%s), model time %d"
            .formatted(checkpoint.id(), checkpoint.serving().shown(), checkpoint.announcedAt()));
  }
}
