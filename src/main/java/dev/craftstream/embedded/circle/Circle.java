package dev.craftstream.embedded.circle;

import dev.craftstream.client.JobMonitor;
import dev.craftstream.client.RunReader;
import dev.craftstream.client.SweepView;
import dev.craftstream.client.Terminal;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.client.report.Wording;
import dev.craftstream.embedded.EmbeddedRun;
import dev.craftstream.embedded.EmbeddedServers;
import dev.craftstream.embedded.Leftovers;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.PythonEnvironment;
import dev.craftstream.embedded.RunSetUp;
import dev.craftstream.embedded.WorkFolder;
import dev.craftstream.embedded.trainer.ModelFiles;
import dev.craftstream.embedded.trainer.TrainerOptions;
import dev.craftstream.embedded.trainer.TrainerProcess;
import dev.craftstream.embedded.trainer.TrainerPython;
import dev.craftstream.embedded.trainer.TrainingRule;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Serving;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole circle on this machine: brings everything up, the trainer among it, and goes around.
 * With a work folder that was kept it goes on where it was.
 */
public final class Circle implements AutoCloseable, Course.Actions {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration OFTEN = Duration.ofSeconds(1);

  private final Project project;
  private final WorkFolder work;
  private final Terminal terminal;
  private final CircleSetUp setUp;
  private final ModelFiles models;
  private final EmbeddedRun run;
  private CircleLedger ledger;
  private RunReader reader;
  private TopicWriter writer;
  private TrainerProcess trainer;

  public Circle(Project project, WorkFolder work, Terminal terminal, CircleSetUp setUp)
      throws IOException {
    this.project = project;
    this.work = work;
    this.terminal = terminal;
    this.setUp = setUp;
    Leftovers.end(work.path());
    models = ModelFiles.copy(project, work.models());
    Map<String, String> environment = new HashMap<>();
    if (setUp.baseModel() != null) {
      environment.put("CRAFT_MODEL_FILE", setUp.baseModel().toString());
    }
    run =
        new EmbeddedRun(
            project,
            work,
            terminal,
            new RunSetUp(
                models.repository(),
                environment,
                RunSetUp.RESUMABLE_BROKER,
                CircleSetUp.RESOURCES,
                setUp.options(),
                setUp.webPort(),
                setUp.kafkaPort()));
  }

  /**
   * Goes around as often as is wanted, and writes the report after each turn.
   *
   * @param page where the report goes
   */
  public void run(Path page) throws Exception {
    Path trainersPython = TrainerPython.prepare(project, System.getenv(), terminal);
    PythonEnvironment python = run.pythonEnvironment();
    long start = System.nanoTime();
    run.start(python);
    ledger = new CircleLedger(run.settings().kafka().topics());
    reader = RunReader.ofAll(run.settings().kafka(), run.settings().limits(), ledger);
    writer = new TopicWriter(run.settings().kafka());
    reader.awaitCaughtUp();
    startTrainer(trainersPython);
    feed();

    Course course = new Course(ledger, this, model(), setUp.strategies());
    CircleReport report = new CircleReport(run, ledger, setUp, page);
    for (Turn turn = new Turn(1); turn.number() <= setUp.turns(); turn = turn.next()) {
      terminal.line("");
      if (course.isDone(turn)) {
        terminal.line("Turn %d of %d is done.", turn.number(), setUp.turns());
      } else {
        terminal.line("Turn %d of %d", turn.number(), setUp.turns());
      }
      String end = "";
      try {
        course.go(turn);
      } catch (Course.NothingToTrain e) {
        if (turn.number() == 1) {
          throw e;
        }
        end = e.getMessage();
      }
      Turn done = end.isEmpty() ? turn : turn.before().orElseThrow();
      Progress progress = report.progress(done);
      terminal.line("  %s", end.isEmpty() ? progress.sentence() : end);
      boolean isLast =
          !end.isEmpty() || (setUp.stops() && !progress.helps()) || turn.number() == setUp.turns();
      report.write(
          done, end, Duration.ofNanos(System.nanoTime() - start), isLast ? terminal : null);
      if (isLast) {
        if (end.isEmpty() && turn.number() < setUp.turns()) {
          terminal.line("No further turn is made, as --until-no-better says.");
        }
        break;
      }
    }
    terminal.line(
        "Took %s, set-up left out.", Wording.of(Duration.ofNanos(System.nanoTime() - start)));
    terminal.line("Report: %s", Project.shown(page));
  }

  private Serving model() {
    return new Serving(RunSetUp.MODEL, "1", Contract.CRAFT, "", "", "");
  }

  private void startTrainer(Path python) throws IOException {
    List<TrainingRule> rules = new ArrayList<>();
    rules.add(TrainingRule.rehearsal(Turn.rehearsalIds()));
    setUp
        .strategies()
        .forEach(strategy -> rules.add(TrainingRule.tuning(strategy, Turn.tunedIds(strategy))));
    trainer =
        TrainerProcess.start(
            project,
            python,
            new TrainerOptions(
                run.settings(),
                run.servers().triton().endpoint(),
                models.repository(),
                work.trainer(),
                setUp.baseModel(),
                rules,
                setUp.trainerOptions()));
    terminal.line(
        "  %-20s waits for manifests, process %d, log in %s",
        "Trainer", trainer.pid(), Project.shown(trainer.log()));
  }

  private void feed() throws Exception {
    QuestionFeed feed = new QuestionFeed(work.path().resolve("questions"));
    boolean first = ledger.questions().isEmpty();
    QuestionFeed.Change change =
        feed.feed(setUp.questions(), ledger.questions(), writer::questions);
    if (first) {
      terminal.line("  %d questions published", change.came());
    } else if (!change.isNone()) {
      terminal.line("  %d questions came or changed, %d went", change.came(), change.went());
    }
    await(new Course.Waiting("the questions", null, null, () -> ledger.holds(setUp.questions())));
  }

  // ---------------------------------------------------------------- what the course has done

  @Override
  public void announce(ModelCheckpoint checkpoint) {
    writer.announcement(checkpoint);
  }

  @Override
  public void retire(String checkpointId) {
    writer.retirement(checkpointId);
    terminal.line("  %s and what was made of it are retired.", checkpointId);
  }

  @Override
  public void removeAdapter(String name) throws IOException {
    models.remove(name);
  }

  @Override
  public void await(Course.Waiting waiting) throws Exception {
    if (waiting.isOver().getAsBoolean()) {
      return;
    }
    ModelCheckpoint measured = waiting.measured();
    if (measured != null) {
      terminal.line("  %s: %s, %s", measured.role(), measured.id(), measured.serving().shown());
    }
    long start = System.nanoTime();
    long looked = 0;
    String restartCause = "";
    Optional<JobMonitor.Tracker> tracker = Optional.empty();
    while (!waiting.isOver().getAsBoolean()) {
      long now = System.nanoTime();
      if (now - looked > OFTEN.toNanos()) {
        looked = now;
        restartCause = run.watch();
        tracker = run.job().tracker();
        watchTrainer(waiting.turn());
      }
      if (measured != null) {
        requireTaken(measured);
        SweepView view =
            new SweepView(
                progress(measured),
                Duration.ofNanos(now - start),
                tracker.map(JobMonitor.Tracker::inFlight).orElse(0),
                run.requestsInFlight(),
                restartCause);
        terminal.draw(view.lines(), view.line());
      } else if (!restartCause.isEmpty()) {
        terminal.hint("  " + restartCause);
      }
      Thread.sleep(LOOK.toMillis());
    }
    terminal.settle();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (waiting.turn() != null) {
      String what = measured == null ? waiting.what() : measured.id() + " " + waiting.what();
      run.phases().add("Turn %d: %s".formatted(waiting.turn().number(), what), took);
      terminal.line("  %s (%s)", what, Wording.of(took));
    }
  }

  private List<SweepView.Progress> progress(ModelCheckpoint checkpoint) {
    List<SweepView.Progress> progress = new ArrayList<>();
    for (Task task : Task.values()) {
      int total = ledger.toMeasure(checkpoint, task);
      if (total > 0) {
        progress.add(new SweepView.Progress(task, ledger.measured(checkpoint, task), total));
      }
    }
    return progress;
  }

  private void requireTaken(ModelCheckpoint checkpoint) throws IOException {
    Optional<String> refusal = ledger.refusal(checkpoint.id());
    if (refusal.isPresent()) {
      throw new IOException(
          "The job did not take the model checkpoint " + checkpoint.id() + ": " + refusal.get());
    }
  }

  /** Shows what the trainer says, and fails where it can't go on. */
  private void watchTrainer(Turn turn) throws IOException {
    if (trainer == null) {
      return;
    }
    for (String line : trainer.news()) {
      String failure = TrainerProcess.failure(line);
      if (failure != null && turn != null && failure.startsWith(turn.initial() + "-")) {
        throw new IOException("The trainer could not make " + failure);
      }
      if (line.startsWith("[")) {
        terminal.hint("    " + line);
      } else if (!line.isBlank()) {
        terminal.line("    trainer: %s", line);
      }
    }
    if (trainer.restartWhereEnded()) {
      terminal.line("  The trainer ended; it is started again.");
    }
  }

  @Override
  public void close() {
    if (run.isStopping()) {
      return;
    }
    EmbeddedServers.close(trainer);
    EmbeddedServers.close(reader);
    EmbeddedServers.close(writer);
    run.close();
  }
}
