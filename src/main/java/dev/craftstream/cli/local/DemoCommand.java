package dev.craftstream.cli.local;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.PortOptions;
import dev.craftstream.client.Terminal;
import dev.craftstream.embedded.Demo;
import dev.craftstream.embedded.Logs;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.WorkFolder;
import dev.craftstream.model.Question;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft demo}. */
@Command(
    name = "demo",
    description = {
      "Runs everything on this machine: a Kafka broker, a Triton server with a small language model, a Flink"
          + " cluster with its web UI and the job. Questions go in; the model is measured before and after"
          + " rehearsal; relabelled instructions and datasets come out, exported for trainers, with an"
          + " evaluation of the model, a summary and an HTML report.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "A questions file has one question a line, as JSON:",
      "  {\"question_id\": \"river-1\", \"subject\": \"geography\", \"open_ended\":",
      "    {\"question\": \"Which river flows through Paris?\", \"answer\": \"Seine\", \"aliases\": [\"La Seine\"]}}",
      "  {\"question_id\": \"river-2\", \"subject\": \"geography\", \"multiple_choice\":",
      "    {\"question\": \"Which river is longest?\", \"options\": [\"Rhine\", \"Nile\"], \"target\": \"B\"}}",
      "(each on one line). An open-ended answer is right when it contains the answer or an alias.",
      "proto/craftstream/v1/question.proto describes all fields.",
      "",
      "Examples:",
      "  ./craft demo",
      "  ./craft demo --keep-running",
      "  ./craft demo --open-ended 40 --multiple-choice 20",
      "  ./craft demo --questions my-questions.jsonl --report my-report.html",
      "  ./craft demo -Drelabel.strategy=COR_RAIT"
    })
public final class DemoCommand implements Callable<Integer> {
  /** Of the rest; each is asked once and answered in a moment. */
  private static final int HELD_OUT = 60;

  @Spec private CommandSpec spec;

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description = "Your own questions. Default: those of the project, in order of subject.")
  private Path questions;

  @Option(
      names = "--open-ended",
      paramLabel = "N",
      description =
          "At most N of the open-ended questions, spread over the file. Default: 150 of the project's,"
              + " all of yours.")
  private Integer openEnded;

  @Option(
      names = "--multiple-choice",
      paramLabel = "N",
      description =
          "At most N of the multiple-choice questions, spread over the file. Default: 60 of the"
              + " project's, all of yours.")
  private Integer multipleChoice;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      description =
          "At most N of the project's other questions, to evaluate the model with. Default: 60. Of yours,"
              + " those of PURPOSE_EVALUATE.")
  private Integer heldOut;

  @Option(
      names = "--keep-running",
      description = "Leave everything up at the end, and say how to look at it.")
  private boolean keepRunning;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Where the HTML report goes. Default: report.html in the work folder.")
  private Path report;

  @Option(
      names = "--work-dir",
      paramLabel = "FOLDER",
      description =
          "For logs and data; starts clean. Default: .craft/demo. What is set up once lies in .craft.")
  private Path workFolder;

  @Option(
      names = "--requests-in-flight",
      paramLabel = "N",
      description =
          "Questions that each parallel task asks at the same time. Default: that of"
              + " flink-conf/craft-stream.yaml.")
  private Integer requestsInFlight;

  @Mixin private PortOptions ports;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "One of the job's options; goes before flink-conf. ./craft options lists them.")
  private Map<String, String> options = Map.of();

  @Override
  public Integer call() throws Exception {
    Commands.requireAtLeast(spec, "--open-ended", openEnded, 0);
    Commands.requireAtLeast(spec, "--multiple-choice", multipleChoice, 0);
    Commands.requireAtLeast(spec, "--held-out", heldOut, 0);
    Commands.requireAtLeast(spec, "--requests-in-flight", requestsInFlight, 2);
    ports.check();
    Terminal terminal = Terminal.of(spec.commandLine().getOut());
    Project project = Project.here();
    Map<String, String> set = new HashMap<>(options);
    if (requestsInFlight != null) {
      set.put("tracker.requests-in-flight", requestsInFlight.toString());
    }
    // Mistakes in the options and the questions show before anything is started.
    List<Question> asked =
        QuestionChoice.of(
            questions,
            openEnded,
            multipleChoice,
            heldOut == null ? HELD_OUT : heldOut,
            Demo.settings(project, set).limits());
    project.check();
    int web = ports.web();
    int kafka = ports.kafka();
    Path folder = workFolder != null ? workFolder : project.home().path().resolve("demo");
    try (WorkFolder work = WorkFolder.take(folder.toAbsolutePath().normalize())) {
      Path page = report != null ? report.toAbsolutePath() : work.report();
      if (page.getParent() != null) {
        Files.createDirectories(page.getParent());
      }
      Logs.to(work.logs());
      try (Demo demo = new Demo(project, work, terminal, asked, set, web, kafka)) {
        demo.run(page);
        if (keepRunning) {
          demo.keepRunning();
        }
      }
    }
    return 0;
  }
}
