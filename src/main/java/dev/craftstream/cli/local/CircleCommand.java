package dev.craftstream.cli.local;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.PortOptions;
import dev.craftstream.client.Terminal;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.Logs;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.WorkFolder;
import dev.craftstream.embedded.circle.Circle;
import dev.craftstream.embedded.circle.CircleSetUp;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.label.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft circle}. */
@Command(
    name = "circle",
    description = {
      "Closes the circle on this machine: the model is measured, rehearses what it knows, is measured again, is"
          + " trained on the dataset that comes of it, and is evaluated against what it was. Then the next turn"
          + " begins with the trained model.",
      "",
      "It needs PyTorch, which is set up once and takes 5.9 GB. Stopped or killed, it goes on where it was when the"
          + " command is given again; with changed questions, these are taken into the next steps.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Environment:",
      "  CRAFT_TRAINER_PYTHON  a Python that has the packages of docker/trainer/requirements.txt; else one is",
      "                        set up in .craft/venv-trainer",
      "",
      "Examples:",
      "  ./craft circle",
      "  ./craft circle --turns 3 --until-no-better",
      "  ./craft circle --fresh --strategies CRAFT,COR_RAIT",
      "  ./craft circle --questions my-questions.jsonl -T tuning.epochs=5"
    })
public final class CircleCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--turns",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "How many times around, those included that are done. Default: ${DEFAULT-VALUE}.")
  private int turns;

  @Option(
      names = "--until-no-better",
      description =
          "Stop after a turn that does not surely help: the interval of its truthful helpfulness score against"
              + " the turn before does not lie above 0.")
  private boolean untilNoBetter;

  @Option(
      names = "--strategies",
      paramLabel = "STRATEGY",
      split = ",",
      defaultValue = "CRAFT",
      description =
          "Whose datasets to train on, each into a model of its own; the next turn goes on from that of the"
              + " first. Default: ${DEFAULT-VALUE}.")
  private List<Strategy> strategies;

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description =
          "Your own questions, as for ./craft demo; those of PURPOSE_EVALUATE are held out. Default: those of the"
              + " project, 210 to train on and 73 held out.")
  private Path questions;

  @Option(
      names = "--fresh",
      description = "Begin anew, and delete what the work folder holds of a circle before.")
  private boolean fresh;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Where the HTML report goes. Default: report.html in the work folder.")
  private Path report;

  @Option(
      names = "--work-dir",
      paramLabel = "FOLDER",
      description = "For logs and data, from which it goes on. Default: .craft/circle.")
  private Path workFolder;

  @Option(
      names = "--base-model",
      paramLabel = "FILE",
      description =
          "GGUF file of another language model of the family Llama, to serve and to train. Default: SmolLM2-135M.")
  private Path baseModel;

  @Mixin private PortOptions ports;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "One of the job's options; goes before flink-conf. ./craft options lists them.")
  private Map<String, String> options = Map.of();

  @Option(
      names = "-T",
      paramLabel = "KEY=VALUE",
      description =
          "One of the trainer's options, such as tuning.epochs=5; docker/trainer/trainer.yaml lists them.")
  private Map<String, String> trainerOptions = Map.of();

  @Override
  public Integer call() throws Exception {
    Commands.requireAtLeast(spec, "--turns", turns, 1);
    ports.check();
    Terminal terminal = Terminal.of(spec.commandLine().getOut());
    Project project = Project.here();
    // Mistakes show before anything is started.
    CurationSettings job = CircleSetUp.settings(project, options);
    CircleSetUp setUp =
        new CircleSetUp(
            turns,
            untilNoBetter,
            strategies,
            held(QuestionChoice.of(questions, null, null, null, job.limits())),
            baseModel == null ? null : existing(baseModel),
            options,
            trainerOptions,
            ports.web(),
            ports.kafka());
    setUp.check(job);
    project.check();
    Path folder =
        (workFolder != null ? workFolder : project.home().path().resolve("circle"))
            .toAbsolutePath()
            .normalize();
    try (WorkFolder work = fresh ? WorkFolder.take(folder) : WorkFolder.keep(folder)) {
      Path page = report != null ? report.toAbsolutePath() : work.report();
      if (page.getParent() != null) {
        Files.createDirectories(page.getParent());
      }
      Logs.to(work.logs());
      try (Circle circle = new Circle(project, work, terminal, setUp)) {
        circle.run(page);
      }
    }
    return 0;
  }

  private static List<Question> held(List<Question> chosen) throws IOException {
    if (chosen.stream().noneMatch(question -> question.purpose() == Purpose.EVALUATE)) {
      throw new IOException(
          "No question is held out to evaluate with; give some of PURPOSE_EVALUATE.");
    }
    return chosen;
  }

  private static Path existing(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is no file; --base-model takes a model in GGUF form.");
    }
    return file.toAbsolutePath().normalize();
  }
}
