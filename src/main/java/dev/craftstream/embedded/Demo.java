package dev.craftstream.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.CurationJob;
import dev.craftstream.client.DatasetTopics;
import dev.craftstream.client.JobMonitor;
import dev.craftstream.client.RunLedger;
import dev.craftstream.client.RunReader;
import dev.craftstream.client.SweepView;
import dev.craftstream.client.Terminal;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.client.exchange.ExportFolder;
import dev.craftstream.client.exchange.ExportFormat;
import dev.craftstream.client.exchange.ExportedDataset;
import dev.craftstream.client.report.HtmlReport;
import dev.craftstream.client.report.RunData;
import dev.craftstream.client.report.SummaryText;
import dev.craftstream.client.report.Wording;
import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationOptions;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.Contract;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Role;
import dev.craftstream.model.Serving;
import dev.craftstream.model.Task;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One embedded run: brings everything up in order, feeds it, watches it, and takes it down again. A
 * broker or model server that dies on the way is brought back, and the job goes on.
 */
public final class Demo implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Demo.class);
  private static final String MODEL = "smollm2";
  private static final String EMBEDDING_MODEL = "minilm";
  private static final String OPTIONS = "/demo/options.yaml";
  private static final ModelCheckpoint INITIAL =
      checkpoint("smollm2-initial", Role.INITIAL, "", "1");
  private static final ModelCheckpoint REHEARSAL =
      checkpoint("smollm2-rehearsal", Role.REHEARSAL, INITIAL.id(), "2");
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration JOB_START = Duration.ofSeconds(60);
  private static final Duration COMMIT = Duration.ofSeconds(60);
  private static final int RESTARTS = 3;

  private final Project project;
  private final WorkFolder work;
  private final Terminal terminal;
  private final List<Question> questions;
  private final Map<String, String> options;
  private final int webPort;
  private final int kafkaPort;
  private final List<RunData.Phase> phases = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Thread shutdownHook = new Thread(this::stopChildren, "stop-run");

  private KafkaBroker broker;
  private TritonServer triton;
  private EmbeddedFlink flink;
  private JobMonitor job;
  private CurationSettings settings;
  private RunLedger live;
  private RunLedger committed;
  private int restarts;
  private volatile boolean stopping;

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
    this.options = options;
    this.webPort = webPort;
    this.kafkaPort = kafkaPort;
    Runtime.getRuntime().addShutdownHook(shutdownHook);
  }

  private static ModelCheckpoint checkpoint(String id, Role role, String base, String version) {
    return new ModelCheckpoint(
        id, 1, role, base, new Serving(MODEL, version, Contract.CRAFT, "", "", ""));
  }

  /** What the job will go by, but for the addresses of its servers. */
  public static CurationSettings settings(Project project, Map<String, String> options) {
    return CurationSettings.of(options(project, options, "localhost:9092", "localhost:8001"));
  }

  // ---------------------------------------------------------------- the run

  /** Everything up to the report, which goes to {@code page}. */
  public void run(Path page) throws Exception {
    terminal.line(
        "%d open-ended and %d multiple-choice questions, and %d to evaluate with; logs in %s",
        count(Task.OPEN_ENDED),
        count(Task.MULTIPLE_CHOICE),
        questions.size() - count(Task.OPEN_ENDED) - count(Task.MULTIPLE_CHOICE),
        Project.shown(work.logs()));

    terminal.line("");
    PythonEnvironment python = pythonEnvironment();
    long start = System.nanoTime();
    startBroker();
    startTriton(python);
    startFlink();
    startJob();

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
    List<Exported> exported = export();
    Duration total = Duration.ofNanos(System.nanoTime() - start);

    RunData run =
        RunData.builder(settings.thresholds())
            .questions(
                committed.curated(INITIAL.id(), REHEARSAL.id()),
                count(Task.OPEN_ENDED) + count(Task.MULTIPLE_CHOICE))
            .took(total, phases)
            .sweeps(List.of(initial, rehearsal))
            .datasets(
                committed.chosen(INITIAL.id(), REHEARSAL.id(), settings.datasets().strategies()))
            .evaluations(committed.evaluations())
            .failures(committed.failures())
            .facts(facts())
            .build();
    Files.writeString(page, HtmlReport.of(run));
    terminal.line("");
    terminal.text(SummaryText.of(run));
    exported.forEach(
        dataset -> terminal.line("Exported %s: %s", dataset.id(), Project.shown(dataset.folder())));
    terminal.line("Took %s, set-up left out.", Wording.of(total));
    terminal.line("Report: %s", Project.shown(page));
  }

  /** Stays until Ctrl-C, and brings back what dies. */
  public void keepRunning() throws Exception {
    terminal.line("");
    terminal.line("Everything is up until Ctrl-C.");
    terminal.line("  Flink's web UI  %s", flink.webUi());
    terminal.line("  Kafka           %s", broker.bootstrapServers());
    terminal.line("  Triton          %s", triton.endpoint());
    terminal.line("Look, in another terminal:");
    terminal.line("  %s consume instructions%s | tail -n 5", command(), config());
    terminal.line("  %s status%s --flink %s", command(), config(), flink.webUi());
    terminal.line("  %s export --list%s", command(), config());
    committed.manifests().values().stream()
        .filter(manifest -> manifest.getComplete() && manifest.getRefusal().getQuestions() > 0)
        .findFirst()
        .ifPresent(
            manifest ->
                terminal.line("  %s conflicts %s%s", command(), manifest.getDatasetId(), config()));
    terminal.line("Feed it:");
    terminal.line("  %s import jsonl FILE%s", command(), config());
    while (true) {
      bringBackTheDead();
      failWhereTheJobFailed();
      Thread.sleep(1_000);
    }
  }

  private String command() {
    return project.root().equals(Path.of("").toAbsolutePath())
        ? "./craft"
        : project.root().resolve("craft").toString();
  }

  /** Commands know the default work folder's run by themselves. */
  private String config() {
    return work.path().equals(project.home().path().resolve("demo"))
        ? ""
        : " --config " + work.options();
  }

  // ---------------------------------------------------------------- bringing it up

  private PythonEnvironment pythonEnvironment() throws Exception {
    Path folder = project.home().virtualEnvironment("triton");
    long start = System.nanoTime();
    boolean[] made = {false};
    PythonEnvironment python =
        PythonEnvironment.prepare(
            folder,
            project.requirements(),
            List.of("--no-deps"),
            line -> {
              if (!made[0]) {
                terminal.line(
                    "  %-20s set up, this first time only, in %s ...",
                    "Python environment", Project.shown(folder));
                made[0] = true;
              }
              LOG.info("Set-up: {}", line);
            });
    String detail =
        made[0]
            ? String.format(Locale.ROOT, "%d MB in %s", megabytes(folder), Project.shown(folder))
            : Project.shown(folder);
    ready("Python environment", start, detail);
    return python;
  }

  private static long megabytes(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum()
          / 1_000_000;
    }
  }

  private void startBroker() {
    long start = begin("Kafka broker");
    broker =
        opened(KafkaBroker.start(work.kafka(), kafkaPort, System.getProperty("java.class.path")));
    phase("Kafka broker", start, broker.bootstrapServers());
  }

  private void startTriton(PythonEnvironment python) throws Exception {
    long start = begin("Triton");
    triton =
        TritonServer.start(
            TritonServer.Settings.of(
                    python,
                    project.launcher(),
                    project.modelRepository(),
                    List.of(MODEL, EMBEDDING_MODEL),
                    work.triton())
                .withEnvironment(Map.of("CRAFT_EMBEDDER_JAR", project.embedder().toString())));
    // The present one, which need not be the first.
    open.add(() -> triton.close());
    phase("Triton", start, triton.endpoint() + ", " + MODEL + " versions 1 and 2");
  }

  private void startFlink() throws Exception {
    long start = begin("Flink");
    flink = opened(EmbeddedFlink.start(project.flinkConfiguration(), work.flink(), webPort));
    phase("Flink", start, flink.webUi().toString());
  }

  private void startJob() throws Exception {
    long start = begin("Job");
    Configuration all = options(project, options, broker.bootstrapServers(), triton.endpoint());
    settings = CurationSettings.of(all);
    writeOptions(all);
    new TopicAdmin(settings.kafka()).prepare();
    StreamExecutionEnvironment environment = flink.environment();
    CurationJob.define(environment, settings);
    job = flink.submit(environment, "craft-stream");
    long deadline = System.nanoTime() + JOB_START.toNanos();
    while (!allTasksRun()) {
      failWhereTheJobFailed();
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "The job does not run after "
                + Wording.of(JOB_START)
                + ". Its last failure: "
                + newestFailure());
      }
      Thread.sleep(100);
    }
    phase(
        "Job",
        start,
        "%d requests in flight, Flink checkpoints every %d s"
            .formatted(requestsInFlight(), flink.checkpointInterval().toSeconds()));
  }

  private static Configuration options(
      Project project, Map<String, String> options, String kafka, String endpoint) {
    Configuration all = ConfigurationFile.read(project.options());
    all.addAll(ofTheDemo());
    for (String key :
        List.of(
            CurationOptions.KAFKA_BOOTSTRAP_SERVERS.key(),
            CurationOptions.TRITON_ENDPOINTS.key())) {
      if (options.containsKey(key)) {
        throw new IllegalArgumentException(
            "The embedded run brings its own servers; leave out -D" + key + ".");
      }
    }
    all.addAll(Configuration.fromMap(options));
    all.set(CurationOptions.KAFKA_BOOTSTRAP_SERVERS, kafka);
    all.set(CurationOptions.TRITON_ENDPOINTS, List.of(endpoint));
    return all;
  }

  private static Configuration ofTheDemo() {
    try (InputStream yaml = Demo.class.getResourceAsStream(OPTIONS)) {
      return ConfigurationFile.parse(OPTIONS, new String(yaml.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeOptions(Configuration all) throws IOException {
    StringBuilder yaml =
        new StringBuilder("# The options of the run whose files lie here; made by ./craft demo.\n");
    new TreeMap<>(all.toMap())
        .forEach(
            (key, value) ->
                yaml.append(key).append(": '").append(value.replace("'", "''")).append("'\n"));
    Files.writeString(work.options(), yaml);
  }

  private int requestsInFlight() {
    return settings.tracker().requestsInFlight() * flink.parallelism();
  }

  // ---------------------------------------------------------------- watching it

  private RunData.Sweep sweep(ModelCheckpoint checkpoint, TopicWriter writer) throws Exception {
    terminal.line("");
    terminal.line("%s: %s, %s", checkpoint.role(), checkpoint.id(), checkpoint.serving().shown());
    long modelTime = writer.announcement(checkpoint);
    long start = System.nanoTime();
    long newest = start;
    int before = 0;
    Optional<JobMonitor.Tracker> tracker = Optional.empty();
    String trouble = "";
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
        bringBackTheDead();
        trouble = failWhereTheJobFailed();
        tracker = tracker();
      }
      SweepView view =
          new SweepView(
              progress,
              Duration.ofNanos((complete ? newest : now) - start),
              tracker.map(JobMonitor.Tracker::inFlight).orElse(0),
              requestsInFlight(),
              trouble);
      terminal.draw(view.lines(), view.line());
      if (complete && tracker.isPresent() && tracker.get().completeModelTime() >= modelTime) {
        terminal.settle();
        Duration duration = Duration.ofNanos(newest - start);
        phases.add(new RunData.Phase("Measuring under " + checkpoint.role(), duration));
        return new RunData.Sweep(
            checkpoint.id(),
            checkpoint.role(),
            checkpoint.serving().shown(),
            total,
            duration,
            requestsInFlight(),
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

  /** The REST API answers late on a busy machine; the next look will do. */
  private Optional<JobMonitor.Tracker> tracker() {
    try {
      return job.tracker();
    } catch (IOException e) {
      LOG.warn("Flink's REST API did not tell the tracker's metrics", e);
      return Optional.empty();
    }
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
      bringBackTheDead();
      failWhereTheJobFailed();
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
    phases.add(
        new RunData.Phase("Final instructions", Duration.ofNanos(System.nanoTime() - start)));
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
      bringBackTheDead();
      failWhereTheJobFailed();
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
    phases.add(
        new RunData.Phase("Datasets and evaluation", Duration.ofNanos(System.nanoTime() - start)));
  }

  private int tasks(Purpose purpose) {
    return (int)
        questions.stream()
            .filter(question -> question.purpose() == purpose)
            .map(Question::task)
            .distinct()
            .count();
  }

  /** A dataset in its folder. */
  private record Exported(String id, Path folder) {}

  /** The job's own strategy's datasets and the rehearsal sets, as chat messages. */
  private List<Exported> export() throws IOException {
    List<Exported> exported = new ArrayList<>();
    for (DatasetManifest manifest : new TreeMap<>(committed.manifests()).values()) {
      boolean wanted =
          manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL
              || manifest.getStrategy().equals(settings.strategy().name());
      if (wanted && manifest.getComplete()) {
        String id = manifest.getDatasetId();
        Path folder = work.export().resolve(id);
        ExportedDataset dataset =
            new DatasetTopics(settings.kafka())
                .collect(id, COMMIT, true, progress -> {})
                .asOfManifest();
        var files =
            new ExportFolder(folder)
                .write(dataset, ExportFormat.CHAT, "", OptionalLong.empty(), false);
        LOG.info("Exported {}: {}", id, files);
        exported.add(new Exported(id, folder));
      }
    }
    return exported;
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

  /** What the job's present trouble is, as one line; empty where there is none. */
  private String failWhereTheJobFailed() throws IOException {
    String state;
    try {
      state = job.state();
    } catch (IOException e) {
      LOG.warn("Flink's REST API did not tell the job's state", e);
      return "";
    }
    return switch (state) {
      case "FAILED", "CANCELED", "SUSPENDED", "FINISHED" ->
          throw new IOException(
              "The job ended (%s). Its last failure: %s".formatted(state, newestFailure()));
      case "RESTARTING", "FAILING" -> {
        String failure = "The job restarts: " + newestFailure();
        yield failure.length() > 100 ? failure.substring(0, 99) + "…" : failure;
      }
      default -> "";
    };
  }

  private boolean allTasksRun() {
    try {
      return job.allTasksRun();
    } catch (IOException e) {
      LOG.warn("Flink's REST API did not tell the tasks' states", e);
      return false;
    }
  }

  private String newestFailure() {
    try {
      return job.newestFailure();
    } catch (IOException e) {
      LOG.warn("Flink's REST API did not tell the job's newest failure", e);
      return "unknown, for Flink's REST API did not tell it";
    }
  }

  /** A broker or server that is gone is started again in its old place. */
  private void bringBackTheDead() throws Exception {
    if (stopping) {
      return;
    }
    if (!broker.isRunning()) {
      mayRestart("The Kafka broker");
      broker.startAgain();
      terminal.line("  The Kafka broker is back; the job goes on.");
    }
    if (!triton.process().isAlive()) {
      mayRestart("Triton");
      TritonServer dead = triton;
      dead.close();
      triton = TritonServer.start(dead.settings().withPorts(dead.ports()));
      terminal.line("  Triton is back; the job goes on.");
    }
  }

  private void mayRestart(String what) throws IOException {
    restarts++;
    if (restarts > RESTARTS) {
      throw new IOException(
          what
              + " ended, after "
              + RESTARTS
              + " restarts. See the logs in "
              + Project.shown(work.path())
              + ".");
    }
    terminal.line("  %s ended; it is started again.", what);
  }

  // ---------------------------------------------------------------- telling

  private List<RunData.Fact> facts() {
    List<RunData.Fact> facts = new ArrayList<>();
    facts.add(new RunData.Fact("Strategy", settings.strategy().name()));
    facts.add(fact("INITIAL", INITIAL));
    facts.add(fact("REHEARSAL", REHEARSAL));
    facts.add(
        new RunData.Fact(
            "Sampling",
            "%d samples a question at temperature %s"
                .formatted(settings.query().samples(), settings.query().temperature())));
    facts.add(
        new RunData.Fact(
            "Knowledge prompts",
            String.join(
                ", ",
                committed.ofDecisions(
                    INITIAL.id(), REHEARSAL.id(), i -> i.getBasis().getKnowledgePromptVersion()))));
    facts.add(
        new RunData.Fact(
            "Training prompts",
            String.join(
                ", ",
                committed.ofDecisions(
                    INITIAL.id(), REHEARSAL.id(), i -> i.getBasis().getTrainingPromptVersion()))));
    facts.add(
        new RunData.Fact(
            "Job",
            "%d parallel tasks, %d requests in flight, Flink checkpoints every %d s"
                .formatted(
                    flink.parallelism(),
                    requestsInFlight(),
                    flink.checkpointInterval().toSeconds())));
    facts.add(
        new RunData.Fact("Machine", Runtime.getRuntime().availableProcessors() + " processors"));
    return facts;
  }

  private static RunData.Fact fact(String name, ModelCheckpoint checkpoint) {
    return new RunData.Fact(
        name, "%s (%s)".formatted(checkpoint.id(), checkpoint.serving().shown()));
  }

  /** How many questions to train on. */
  private int count(Task task) {
    return (int)
        questions.stream()
            .filter(question -> question.purpose() == Purpose.TRAIN && question.task() == task)
            .count();
  }

  private long begin(String what) {
    terminal.hint(String.format(Locale.ROOT, "  %-20s starts ...", what));
    return System.nanoTime();
  }

  private void phase(String what, long start, String detail) {
    phases.add(new RunData.Phase(what, Duration.ofNanos(System.nanoTime() - start)));
    ready(what, start, detail);
  }

  private void ready(String what, long start, String detail) {
    terminal.line("  %-20s ready in %6.1f s   %s", what, (System.nanoTime() - start) / 1e9, detail);
  }

  // ---------------------------------------------------------------- taking it down

  private <T extends AutoCloseable> T opened(T part) {
    open.add(part);
    return part;
  }

  /** On Ctrl-C. Broker and server have hooks of their own, pip and whatever else has not. */
  private void stopChildren() {
    stopping = true;
    terminal.line("");
    terminal.line("Stopping ...");
    ProcessHandle.current().children().forEach(ProcessHandle::destroy);
  }

  @Override
  public void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    Collections.reverse(open);
    for (AutoCloseable part : open) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("Stopping failed", e);
      }
    }
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      LOG.debug("The JVM ends; its hook runs.", e);
    }
  }
}
