package dev.craftstream;

import dev.craftstream.admission.SourceProgress;
import dev.craftstream.admission.StartCondition;
import dev.craftstream.admission.StartRefusedException;
import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationOptions;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.config.EnvironmentCheck;
import dev.craftstream.flink.GraphOptions;
import dev.craftstream.flink.RestorePoints;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.topics.kafka.CommittedProgress;
import dev.craftstream.topics.kafka.ConflictCheck;
import dev.craftstream.topics.kafka.EarlierOutput;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.LaterOutput;
import dev.craftstream.topics.kafka.SamplesTopic;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.kafka.TopicSetupException;
import dev.craftstream.topics.kafka.TopicSinks;
import dev.craftstream.topics.kafka.TopicSources;
import dev.craftstream.topics.kafka.Transactions;
import dev.craftstream.topics.records.ModelCheckpointParser;
import dev.craftstream.topics.records.ParseRecords;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordParser;
import dev.craftstream.topics.records.RequestParser;
import dev.craftstream.topics.records.SampleRecords;
import dev.craftstream.topics.records.UnusableAnswers;
import dev.craftstream.triton.TritonKnowledgeQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The curation job: question events and model checkpoints in, instructions out. {@link Curation} is
 * its picture; docs/architecture.md describes it.
 */
@Command(
    name = "craft-stream",
    description = "Curates refusal-aware training data continuously; runs on a Flink cluster.",
    footer = {
      "",
      "Example:",
      "  flink run craft-stream.jar --config craft-stream.yaml -Dtracker.requests-in-flight=64"
    },
    mixinStandardHelpOptions = true)
public final class CurationJob {
  private static final Logger LOG = LoggerFactory.getLogger(CurationJob.class);

  /** What a Flink checkpoint may come late when another job is looked for. */
  private static final Duration LATE = Duration.ofSeconds(2);

  /** Flink's time-out of heartbeats, by which the tasks of a dead job manager end, and some. */
  private static final Duration OLD_TASKS_END = Duration.ofSeconds(75);

  /** Flink's name for a main method that runs in the job manager. */
  private static final String EMBEDDED = "embedded";

  private static final Duration MISTAKE_PAUSE = Duration.ofSeconds(30);

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file with the job's options.")
  private Path config;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "An option; wins over the file. `./craft options` lists them all.")
  private Map<String, String> options = Map.of();

  /**
   * Runs the job; what is wrong with the options or the topics is thrown with a sentence, or waited
   * out in a job manager.
   */
  public static void main(String... arguments) throws Exception {
    CurationJob job = new CurationJob();
    // Not execute(): it would print what is thrown, and the caller would take it for success.
    CommandLine.ParseResult parsed = new CommandLine(job).parseArgs(arguments);
    if (CommandLine.executeHelpRequest(parsed) == null) {
      job.prepared().execute("craft-stream");
    }
  }

  private StreamExecutionEnvironment prepared() throws Exception {
    return isEmbedded(StreamExecutionEnvironment.getExecutionEnvironment())
        ? howeverLong(this::prepare, MISTAKE_PAUSE)
        : prepare();
  }

  /**
   * What {@code attempt} gives, again and again until it succeeds. Each failure is a line in the
   * log; only one that is no sentence on the options or the topics brings its stack along.
   *
   * @param pause between two attempts
   * @throws InterruptedException where the thread is interrupted
   */
  static <T> T howeverLong(Callable<T> attempt, Duration pause) throws InterruptedException {
    while (true) {
      try {
        return attempt.call();
      } catch (TopicSetupException | IllegalArgumentException mistake) {
        LOG.error("The job does not start, and tries again in {}. {}", pause, mistake.getMessage());
      } catch (Exception unforeseen) {
        LOG.error("The job does not start, and tries again in {}.", pause, unforeseen);
      }
      Thread.sleep(pause.toMillis());
    }
  }

  private StreamExecutionEnvironment prepare() throws Exception {
    Configuration all = config == null ? new Configuration() : ConfigurationFile.read(config);
    all.addAll(Configuration.fromMap(options));
    CurationSettings settings = CurationSettings.of(all);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(all);
    define(env, settings);
    Map<String, String> graphOptions = GraphOptions.of(env, CurationOptions.inEffect(all));
    GraphOptions.store(env, graphOptions);
    if (isEmbedded(env)) {
      env.registerJobListener(GraphOptions.comparing(graphOptions));
    }
    checkKafka(env, settings);
    return env;
  }

  /**
   * Whether the main method runs in the job manager, as in application mode, where each new job
   * manager runs it again. A main method that ends there without its job is the application's end
   * for Flink, which then forgets where the newest Flink checkpoint lies. So what is wrong with the
   * options or the topics is waited out there.
   */
  private static boolean isEmbedded(StreamExecutionEnvironment env) {
    return EMBEDDED.equals(env.getConfiguration().get(DeploymentOptions.TARGET));
  }

  /**
   * Prepares the topics, and looks for other jobs with the same transactional ids. In application
   * mode, transactions that begin meanwhile may be those of the job that was recovered, so that a
   * new job's writers look for themselves.
   */
  private static void checkKafka(StreamExecutionEnvironment env, CurationSettings settings)
      throws IOException {
    new TopicAdmin(settings.kafka()).prepare();
    checkSavepoint(env, settings);
    if (!isEmbedded(env)) {
      new Transactions(settings.kafka()).requireNoOtherJob(conflictCheck(env));
      if (env.getConfiguration().getOptional(StateRecoveryOptions.SAVEPOINT_PATH).isEmpty()) {
        startCondition(env, settings).require();
      }
    }
  }

  /**
   * Refuses a savepoint that the job has gone on from. In application mode it is left out instead,
   * since a job that was recovered goes on where it was, whatever is given; another one has no
   * state then, and is refused by its start condition.
   */
  private static void checkSavepoint(StreamExecutionEnvironment env, CurationSettings settings)
      throws IOException {
    Optional<String> savepoint =
        env.getConfiguration().getOptional(StateRecoveryOptions.SAVEPOINT_PATH);
    if (savepoint.isEmpty() || settings.goesBack()) {
      return;
    }
    Optional<Instant> written = RestorePoints.written(savepoint.get());
    if (written.isEmpty()) {
      return;
    }
    Optional<String> later =
        new LaterOutput(settings.kafka()).after(savepoint.get(), written.get());
    if (later.isEmpty()) {
      return;
    }
    if (!isEmbedded(env)) {
      throw new StartRefusedException(
          later.get()
              + " "
              + RestorePoints.of(env.getConfiguration()).advice()
              + " If it is meant to go back, set start.go-back to true for this one start.");
    }
    LOG.warn(
        "{} So it is left out: a job that is recovered goes on where it was, and no other job is"
            + " started from it. If it is meant to go back, set start.go-back to true for this one"
            + " start.",
        later.get());
    RestorePoints.leaveOut(env);
  }

  /**
   * The job between its topics.
   *
   * @throws IllegalArgumentException where the environment does not fit the settings, with a
   *     sentence
   */
  public static void define(StreamExecutionEnvironment env, CurationSettings settings) {
    SamplesTopic samples = settings.kafka().samples();
    define(
        env,
        settings,
        new TritonKnowledgeQuery.Factory(
            settings.triton(),
            settings.query(),
            settings.evaluation(),
            samples.enabled() ? samples.embeddings() : null));
  }

  /**
   * The job between its topics, with model servers of the caller's.
   *
   * @throws IllegalArgumentException where the environment does not fit the settings, with a
   *     sentence
   */
  public static void define(
      StreamExecutionEnvironment env, CurationSettings settings, KnowledgeQuery.Factory query) {
    EnvironmentCheck.check(env, settings.kafka());
    if (settings.startsAnew()) {
      LOG.warn(
          "start.anew is set: a job without state writes everything a second time where an earlier"
              + " run has written. Take it out again for the next start.");
    }
    KafkaSettings kafka = settings.kafka();

    SingleOutputStreamOperator<QuestionEvent> questions =
        parsed(
            source(env, TopicSources.questions(kafka), "questions"),
            new QuestionParser(kafka.format(), settings.limits()),
            "parse-questions");

    SingleOutputStreamOperator<ModelCheckpointEvent> modelCheckpoints =
        parsed(
                source(env, TopicSources.modelCheckpoints(kafka), "model-checkpoints")
                    .setParallelism(1),
                new ModelCheckpointParser(kafka.format(), settings.limits()),
                "parse-model-checkpoints")
            .setParallelism(1);

    SingleOutputStreamOperator<Request> requests =
        parsed(
                source(env, TopicSources.requests(kafka), "requests").setParallelism(1),
                new RequestParser(kafka.format(), settings.limits()),
                "parse-requests")
            .setParallelism(1);

    // By Flink checkpoints, which at-least-once output can do without.
    boolean isOrdered = env.getCheckpointConfig().isCheckpointingEnabled();
    Curation curation =
        Curation.of(
            questions,
            modelCheckpoints,
            requests,
            isOrdered ? CommittedProgress.ofQuestions(kafka) : SourceProgress.AT_ONCE,
            isOrdered ? CommittedProgress.ofModelCheckpoints(kafka) : SourceProgress.AT_ONCE,
            startCondition(env, settings),
            query,
            settings);

    TopicSinks sinks = new TopicSinks(kafka);
    if (isEmbedded(env)) {
      sinks = sinks.checkingForConflicts(conflictCheck(env));
    }
    sink(curation.instructions(), sinks.instructions(), "instructions");
    sink(curation.knowledge(), sinks.knowledge(), "knowledge");
    if (kafka.samples().enabled()) {
      SampleRecords records = new SampleRecords(kafka.format(), kafka.samples().recordBytes());
      sink(
          Curation.stage("sample-records", name -> curation.samples().map(records)),
          sinks.samples(),
          "samples");
    }
    sink(curation.datasets(), sinks.datasets(), "datasets");
    sink(curation.datasets(), sinks.rehearsalSets(), "rehearsal-sets");
    sink(curation.manifests(), sinks.datasetManifests(), "dataset-manifests");
    sink(curation.evaluations(), sinks.evaluations(), "evaluation-records");
    sink(
        Curation.stage(
                "unusable-answers",
                name ->
                    curation.unusableAnswers().rebalance().map(new UnusableAnswers(kafka.format())))
            .union(
                curation.refused(),
                questions.getSideOutput(ParseRecords.DEAD_LETTERS),
                modelCheckpoints.getSideOutput(ParseRecords.DEAD_LETTERS),
                requests.getSideOutput(ParseRecords.DEAD_LETTERS)),
        sinks.deadLetters(),
        "dead-letters");
  }

  private static <T> SingleOutputStreamOperator<T> source(
      StreamExecutionEnvironment env, Source<T, ?, ?> source, String name) {
    return Curation.stage(
        name, its -> env.fromSource(source, WatermarkStrategy.noWatermarks(), its));
  }

  private static <T> SingleOutputStreamOperator<T> parsed(
      DataStream<OriginalRecord> records, RecordParser<T> parser, String name) {
    return Curation.stage(name, its -> records.process(new ParseRecords<>(parser)));
  }

  private static <T> void sink(DataStream<T> records, Sink<T> sink, String name) {
    records.sinkTo(sink).name(name).uid(name);
  }

  private static StartCondition startCondition(
      StreamExecutionEnvironment env, CurationSettings settings) {
    return settings.startsAnew()
        ? StartCondition.NONE
        : new EarlierOutput(
            settings.kafka(), Instant.now(), RestorePoints.of(env.getConfiguration())::advice);
  }

  private static ConflictCheck conflictCheck(StreamExecutionEnvironment env) {
    return new ConflictCheck(EnvironmentCheck.checkpointInterval(env).plus(LATE), OLD_TASKS_END);
  }
}
