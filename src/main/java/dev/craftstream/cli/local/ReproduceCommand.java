package dev.craftstream.cli.local;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.PortOptions;
import dev.craftstream.client.Terminal;
import dev.craftstream.embedded.EmbeddedOptions;
import dev.craftstream.embedded.Logs;
import dev.craftstream.embedded.Ports;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.WorkFolder;
import dev.craftstream.embedded.study.Arm;
import dev.craftstream.embedded.study.Study;
import dev.craftstream.embedded.study.StudyQuestions;
import dev.craftstream.embedded.study.StudyReport;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft reproduce}. */
@Command(
    name = "reproduce",
    description = {
      "Reproduces the paper's claim on this machine with the small model: measures it, makes a dataset for"
          + " each strategy and flow rule from the same measurements, trains models on each with several"
          + " seeds, and has the job evaluate them. Results are JSON and a page. Interrupted, it goes on"
          + " where it was. It needs PyTorch, and hours of processor time.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft reproduce --nq-open nq_dev.json",
      "  ./craft reproduce --questions 60 --test-questions 30 --training-seeds 1 --work-dir small"
          + " -Ddatasets.open-ended.answers=16 -Ddatasets.open-ended.refusals=8 --datasets cor-rait,craft",
      "  ./craft reproduce --page-only --page docs/reproduction.md"
    })
public final class ReproduceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--questions",
      paramLabel = "N",
      defaultValue = "1600",
      description = "Of the project's questions to train on, at most. Default: ${DEFAULT-VALUE}.")
  private int questions;

  @Option(
      names = "--test-questions",
      paramLabel = "N",
      defaultValue = "540",
      description = "Of the project's questions to test with, at most. Default: ${DEFAULT-VALUE}.")
  private int testQuestions;

  @Option(
      names = "--nq-open",
      paramLabel = "FILE",
      description =
          "A file of NQ-open, for questions that a small model does not know. Without it there are none.")
  private Path nqOpen;

  @Option(
      names = "--nq-questions",
      paramLabel = "N",
      defaultValue = "150",
      description = "Of NQ-open to train on. Default: ${DEFAULT-VALUE}.")
  private int nqQuestions;

  @Option(
      names = "--nq-test-questions",
      paramLabel = "N",
      defaultValue = "60",
      description = "Of NQ-open to test with. Default: ${DEFAULT-VALUE}.")
  private int nqTestQuestions;

  @Option(
      names = "--datasets",
      paramLabel = "NAME",
      split = ",",
      description =
          "Which datasets, such as cor-rait,craft; when the study goes on there can be more. Default: all.")
  private List<String> datasets;

  @Option(
      names = "--training-seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Models of each dataset. Default: ${DEFAULT-VALUE}.")
  private int trainingSeeds;

  @Option(
      names = "--work-dir",
      paramLabel = "FOLDER",
      description =
          "For logs, data and results; an earlier study in it goes on. Default: .craft/reproduce.")
  private Path workFolder;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description = "Where the page goes. Default: results/page.md in the work folder.")
  private Path page;

  @Option(names = "--page-only", description = "Make the page of the results that there are.")
  private boolean pageOnly;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "One of the job's options. ./craft options lists them.")
  private Map<String, String> options = Map.of();

  @Override
  public Integer call() throws Exception {
    Commands.requireAtLeast(spec, "--questions", questions, 1);
    Commands.requireAtLeast(spec, "--test-questions", testQuestions, 1);
    Commands.requireAtLeast(spec, "--nq-questions", nqQuestions, 0);
    Commands.requireAtLeast(spec, "--nq-test-questions", nqTestQuestions, 0);
    Commands.requireAtLeast(spec, "--training-seeds", trainingSeeds, 1);
    Terminal terminal = Terminal.of(spec.commandLine().getOut());
    Project project = Project.here();
    Path folder =
        (workFolder != null ? workFolder : project.home().path().resolve("reproduce"))
            .toAbsolutePath()
            .normalize();
    try (WorkFolder work = WorkFolder.keep(folder)) {
      StudyReport report =
          new StudyReport(
              Study.results(work),
              page != null ? page.toAbsolutePath() : Study.results(work).resolve("page.md"));
      if (!pageOnly) {
        run(project, work, terminal, report);
      }
      if (!report.write()) {
        throw new IOException(
            "No model is evaluated yet in %s, so there is nothing to report.".formatted(folder));
      }
      terminal.line("Page: %s", Project.shown(report.page()));
    }
    return 0;
  }

  private void run(Project project, WorkFolder work, Terminal terminal, StudyReport report)
      throws Exception {
    List<Question> asked =
        StudyQuestions.read(
            new StudyQuestions.Counts(questions, testQuestions, nqQuestions, nqTestQuestions),
            nqOpen,
            EmbeddedOptions.settings(project, List.of(Study.OPTIONS), options).limits());
    project.check();
    long tests = asked.stream().filter(q -> q.purpose() == Purpose.EVALUATE).count();
    terminal.line("%d questions to train on, %d to test with", asked.size() - tests, tests);
    if (nqOpen == null) {
      terminal.line("Without NQ-open, since --nq-open names no file.");
    }
    Files.createDirectories(work.logs());
    Logs.to(work.logs());
    Study.SetUp setUp =
        new Study.SetUp(
            project,
            asked,
            datasets == null ? Arm.ALL : Arm.named(datasets),
            IntStream.rangeClosed(1, trainingSeeds).boxed().toList(),
            options,
            Ports.choose(null, PortOptions.WEB, "the web UI", "--web-port"),
            0);
    try (Study study = new Study(setUp, work, terminal)) {
      study.run(
          () -> {
            try {
              report.write();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
