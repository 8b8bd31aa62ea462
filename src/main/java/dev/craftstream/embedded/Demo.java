package dev.craftstream.embedded;

import dev.craftstream.client.JobMonitor;
import dev.craftstream.client.RunLedger;
import dev.craftstream.client.RunReader;
import dev.craftstream.client.SweepView;
import dev.craftstream.client.Terminal;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.client.report.HtmlReport;
import dev.craftstream.client.report.RunData;
import dev.craftstream.client.report.SummaryText;
import dev.craftstream.client.report.Wording;
import dev.craftstream.client.ui.LivePage;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One embedded run: brings everything up in order, feeds it, watches it, and takes it down again. A
 * broker or model server that dies on the way is brought back, and the job goes on.
 */
public final class Demo implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Demo.class);
  private static final String ADAPTER = "rehearsal";
  private static final ModelCheckpoint INITIAL =
      checkpoint("smollm2-initial", Role.INITIAL, "", "");
  private static final ModelCheckpoint REHEARSAL =
      checkpoint("smollm2-rehearsal", Role.REHEARSAL, INITIAL.id(), ADAPTER);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration COMMIT = Duration.ofSeconds(60);

  private final Project project;
  private final WorkFolder work;
  private final Terminal terminal;
  private final List<Question> questions;
  private final EmbeddedRun run;
  private final List<AutoCloseable> open = new ArrayList<>();

  private CurationSettings settings;
  private String pageUrl = "";
  private RunLedger live;
  private RunLedger committed;

  public Demo(
      Project project,
      WorkFolder work,
      Terminal terminal,
      List<Question> questions,
      Map<String, String> options,
      int webPort,
      int kafkaPort) {
    this.project = project;
    this.work = work;
    this.terminal = terminal;
    this.questions = questions;
    this.run =
        new EmbeddedRun(
            project,
            work,
            terminal,
            new RunSetUp(
                project.modelRepository(),
                Map.of(),
                Map.of(),
                List.of(EmbeddedOptions.DEMO),
                options,
                webPort,
                kafkaPort));
  }

  private static ModelCheckpoint checkpoint(String id, Role role, String base, String adapter) {
    return new ModelCheckpoint(
        id, 1, role, base, new Serving(RunSetUp.MODEL, "1", Contract.CRAFT, "", "", adapter));
  }

  /** What the job will go by, but for the addresses of its servers. */
  public static CurationSettings settings(Project project, Map<String, String> options) {
    return EmbeddedOptions.settings(project, List.of(EmbeddedOptions.DEMO), options);
  }

  /** Everything up to the report, which goes to {@code page}. */
  public void run(Path page) throws Exception {
    terminal.line(
        "%d open-ended and %d multiple-choice questions, and %d to evaluate with; logs in %s",
        count(Task.OPEN_ENDED),
        count(Task.MULTIPLE_CHOICE),
        questions.size() - count(Task.OPEN_ENDED) - count(Task.MULTIPLE_CHOICE),
        Project.shown(work.logs()));

    terminal.line("");
    PythonEnvironment python = run.pythonEnvironment();
    long start = System.nanoTime();
    run.start(python);
    settings = run.settings();
    showPage();

    live = new RunLedger(questions);
    committed = new RunLedger(questions);
    TopicWriter writer = opened(new TopicWriter(settings.kafka()));
    opened(new RunReader(settings.kafka(), live, false));
    opened(new RunReader(settings.kafka(), committed, true));
    writer.questions(
        questions.stream()
            .map(question -> new QuestionEvent(question.id(), question, new Origin("", 0, 0)))
            .toList());
    terminal.line(
        "  %d questions published to the topic %s",
        questions.size(), settings.kafka().topics().questions());

    RunData.Sweep initial = sweep(INITIAL, writer);
    RunData.Sweep rehearsal = sweep(REHEARSAL, writer);
    awaitFinalInstructions();
    awaitDatasets();
    List<DemoExport.Exported> exported = DemoExport.run(settings, committed, work, COMMIT);
    Duration total = Duration.ofNanos(System.nanoTime() - start);

    RunData data =
        RunData.builder()
            .questions(
                committed.curated(INITIAL.id(), REHEARSAL.id()),
                count(Task.OPEN_ENDED) + count(Task.MULTIPLE_CHOICE))
            .took(total, run.phases().all())
            .sweeps(List.of(initial, rehearsal))
            .datasets(
                committed.chosen(INITIAL.id(), REHEARSAL.id(), settings.datasets().strategies()))
            .evaluations(committed.evaluations())
            .failures(committed.failures())
            .facts(
                new DemoFacts(
                        settings,
                        run.servers().flink(),
                        committed,
                        INITIAL,
                        REHEARSAL,
                        run.requestsInFlight())
                    .all())
            .build();
    Files.writeString(page, HtmlReport.of(data));
    terminal.line("");
    terminal.text(SummaryText.of(data));
    exported.forEach(
        dataset -> terminal.line("Exported %s: %s", dataset.id(), Project.shown(dataset.folder())));
    terminal.line("Took %s, set-up left out.", Wording.of(total));
    terminal.line("Report: %s", Project.shown(page));
  }

  /** A page to watch on. The run goes on without it where it cannot be had. */
  private void showPage() {
    try {
      int port = Ports.choose(null, LivePage.Options.PORT, "the page", "");
      LivePage page =
          opened(
              new LivePage(
                  settings.kafka(),
                  settings.limits(),
                  LivePage.Options.local(port, run.servers().flink().webUi())));
      pageUrl = page.url();
      terminal.line("  Watch it live: %s", pageUrl);
    } catch (IOException | RuntimeException e) {
      LOG.warn("There is no page to watch on", e);
      terminal.line("  There is no page to watch on: %s", e.getMessage());
    }
  }

  /** Stays until Ctrl-C, and brings back what dies. */
  public void keepRunning() throws Exception {
    new DemoHints(project, work).print(terminal, run.servers(), committed, pageUrl);
    while (true) {
      run.watch();
      Thread.sleep(1_000);
    }
  }

  private RunData.Sweep sweep(ModelCheckpoint checkpoint, TopicWriter writer) throws Exception {
    terminal.line("");
    terminal.line("%s: %s, %s", checkpoint.role(), checkpoint.id(), checkpoint.serving().shown());
    long modelTime = writer.announcement(checkpoint);
    long start = System.nanoTime();
    long newest = start;
    int before = 0;
    Optional<JobMonitor.Tracker> tracker = Optional.empty();
    String restartCause = "";
    long looked = 0;
    while (true) {
      List<SweepView.Progress> progress = progress(checkpoint);
      int measured = progress.stream().mapToInt(SweepView.Progress::measured).sum();
      int total = progress.stream().mapToInt(SweepView.Progress::total).sum();
      boolean complete = measured == total;
      long now = System.nanoTime();
      if (measured > before) {
        before = measured;
        newest = now;
      }
      if (now - looked > Duration.ofSeconds(1).toNanos()) {
        looked = now;
        refuse(checkpoint);
        restartCause = run.watch();
        tracker = run.job().tracker();
      }
      SweepView view =
          new SweepView(
              progress,
              Duration.ofNanos((complete ? newest : now) - start),
              tracker.map(JobMonitor.Tracker::inFlight).orElse(0),
              run.requestsInFlight(),
              restartCause);
      terminal.draw(view.lines(), view.line());
      if (complete && tracker.isPresent() && tracker.get().completeModelTime() >= modelTime) {
        terminal.settle();
        Duration duration = Duration.ofNanos(newest - start);
        run.phases().add("Measuring under " + checkpoint.role(), duration);
        return new RunData.Sweep(
            checkpoint.id(),
            checkpoint.role(),
            checkpoint.serving().shown(),
            total,
            duration,
            run.requestsInFlight(),
            tracker.get().slotsInUse());
      }
      Thread.sleep(LOOK.toMillis());
    }
  }

  private List<SweepView.Progress> progress(ModelCheckpoint checkpoint) {
    List<SweepView.Progress> progress = new ArrayList<>();
    for (Task task : Task.values()) {
      int total = live.toMeasure(checkpoint.role(), task);
      if (total > 0) {
        progress.add(new SweepView.Progress(task, live.measured(checkpoint.id(), task), total));
      }
    }
    return progress;
  }

  private void refuse(ModelCheckpoint checkpoint) throws IOException {
    Optional<String> refusal =
        live.refusal(settings.kafka().topics().modelCheckpoints(), checkpoint.id());
    if (refusal.isPresent()) {
      throw new IOException(
          "The job did not take the model checkpoint " + checkpoint.id() + ": " + refusal.get());
    }
  }

  private void awaitFinalInstructions() throws Exception {
    long start = System.nanoTime();
    terminal.line("");
    terminal.line("Final instructions: waiting for the Flink checkpoint that commits them");
    int missing = committed.undecided(REHEARSAL);
    long newest = start;
    while (missing > 0 || missingKnowledge() > 0) {
      run.watch();
      Thread.sleep(LOOK.toMillis());
      int now = committed.undecided(REHEARSAL);
      if (now < missing) {
        newest = System.nanoTime();
      }
      missing = now;
      if (System.nanoTime() - newest > COMMIT.toNanos()) {
        throw new IOException(
            "%d questions have no final instruction after %s. See %s."
                .formatted(missing, Wording.of(COMMIT), Project.shown(work.logs())));
      }
    }
    run.phases().add("Final instructions", Duration.ofNanos(System.nanoTime() - start));
  }

  /** A dataset of each strategy and a rehearsal set for each task, and INITIAL's evaluation. */
  private void awaitDatasets() throws Exception {
    long start = System.nanoTime();
    int tasks = tasks(Purpose.TRAIN);
    int datasets = tasks * (settings.datasets().strategies().size() + 1);
    int evaluations = tasks(Purpose.EVALUATE);
    terminal.hint("Datasets: waiting for the Flink checkpoint that commits them");
    while (committed.manifests().size() < datasets
        || committed.missingRecords() > 0
        || committed.evaluations().size() < evaluations) {
      run.watch();
      Thread.sleep(LOOK.toMillis());
      if (System.nanoTime() - start > COMMIT.toNanos()) {
        throw new IOException(
            "Of %d datasets %d are there, lacking %d records, and of %d evaluations %d, after %s. See %s."
                .formatted(
                    datasets,
                    committed.manifests().size(),
                    committed.missingRecords(),
                    evaluations,
                    committed.evaluations().size(),
                    Wording.of(COMMIT),
                    Project.shown(work.logs())));
      }
    }
    run.phases().add("Datasets and evaluation", Duration.ofNanos(System.nanoTime() - start));
  }

  private int tasks(Purpose purpose) {
    return (int)
        questions.stream()
            .filter(question -> question.purpose() == purpose)
            .map(Question::task)
            .distinct()
            .count();
  }

  private int missingKnowledge() {
    int missing = 0;
    for (ModelCheckpoint checkpoint : List.of(INITIAL, REHEARSAL)) {
      for (Task task : Task.values()) {
        missing +=
            committed.toMeasure(checkpoint.role(), task)
                - committed.measured(checkpoint.id(), task);
      }
    }
    return missing;
  }

  /** How many questions to train on. */
  private int count(Task task) {
    return (int)
        questions.stream()
            .filter(question -> question.purpose() == Purpose.TRAIN && question.task() == task)
            .count();
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.add(part);
    return part;
  }

  @Override
  public void close() {
    if (run.isStopping()) {
      return;
    }
    Collections.reverse(open);
    open.forEach(EmbeddedServers::close);
    run.close();
  }
}
