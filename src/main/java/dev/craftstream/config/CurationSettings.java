package dev.craftstream.config;

import static dev.craftstream.config.DatasetOptions.*;
import static dev.craftstream.config.KafkaOptions.*;
import static dev.craftstream.config.QueryOptions.*;
import static dev.craftstream.config.StartOptions.*;
import static dev.craftstream.config.TrackerOptions.*;
import static dev.craftstream.config.TritonOptions.*;

import dev.craftstream.method.Bootstrap;
import dev.craftstream.method.CertaintyMeasures;
import dev.craftstream.method.ChoiceMeasure;
import dev.craftstream.method.judging.JudgingRules;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.Shots;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.prompt.TrainingTexts;
import dev.craftstream.survey.DatasetSettings;
import dev.craftstream.survey.DatasetSettings.Counts;
import dev.craftstream.survey.DatasetSettings.RehearsalSets;
import dev.craftstream.survey.DatasetSettings.Rules;
import dev.craftstream.survey.DatasetTexts;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.tracking.Ceiling;
import dev.craftstream.tracking.TrackerSettings;
import dev.craftstream.triton.EvaluationSettings;
import dev.craftstream.triton.JudgeSettings;
import dev.craftstream.triton.QuerySettings;
import dev.craftstream.triton.Reasoning;
import dev.craftstream.triton.client.Endpoint;
import dev.craftstream.triton.client.TritonSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/**
 * The job's options, read and checked; a mistake fails here with a sentence that says what to set.
 */
public record CurationSettings(
    boolean startsAnew,
    boolean goesBack,
    KafkaSettings kafka,
    RecordLimits limits,
    TritonSettings triton,
    QuerySettings query,
    EvaluationSettings evaluation,
    Bootstrap bootstrap,
    double wrongPenalty,
    int evaluatedSubjects,
    TrackerSettings tracker,
    Strategy strategy,
    Thresholds thresholds,
    DatasetSettings datasets,
    Duration datasetsLiveFor,
    TrainingPrompt trainingPrompt) {

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException with a sentence that names the option
   */
  public static CurationSettings of(Configuration options) {
    OptionsReference.rejectUnknown(options);
    return new CurationSettings(
        section("start", () -> options.get(START_ANEW)),
        section("start", () -> options.get(START_GO_BACK)),
        section("kafka", () -> kafka(options)),
        section("limits", () -> limits(options)),
        section("triton", () -> triton(options)),
        section("query", () -> query(options)),
        section("evaluation", () -> evaluation(options)),
        section("evaluation", () -> bootstrap(options)),
        section("evaluation", () -> wrongPenalty(options)),
        evaluatedSubjects(options),
        section("tracker", () -> tracker(options)),
        section("relabel", () -> options.get(RELABEL_STRATEGY)),
        section("relabel", () -> thresholds(options)),
        datasets(options),
        liveFor(options),
        section("training", () -> trainingPrompt(options)));
  }

  private static KafkaSettings kafka(Configuration options) {
    return KafkaSettings.builder(
            required(
                options, KAFKA_BOOTSTRAP_SERVERS, "the brokers' addresses, such as kafka:9092"))
        .clientProperties(clientProperties(options))
        .topicPrefix(options.get(KAFKA_TOPIC_PREFIX))
        .format(options.get(KAFKA_FORMAT))
        .guarantee(options.get(KAFKA_DELIVERY_GUARANTEE))
        .transactionalIdPrefix(options.get(KAFKA_TRANSACTIONAL_ID_PREFIX))
        .transactionTimeout(options.get(KAFKA_TRANSACTION_TIMEOUT))
        .partitions(options.get(KAFKA_PARTITIONS))
        .replicationFactor(options.get(KAFKA_REPLICATION_FACTOR))
        .retention(options.get(KAFKA_RETENTION))
        .compression(options.get(KAFKA_COMPRESSION))
        .samples(section("samples", () -> SampleOptions.topic(options)))
        .build();
  }

  /** Flink would show the value that it can't read. */
  private static Map<String, String> clientProperties(Configuration options) {
    try {
      return options.get(KAFKA_PROPERTIES);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          KAFKA_PROPERTIES.key()
              + " is no mapping; write each property on its own, such as "
              + KAFKA_PROPERTIES.key()
              + ".security.protocol.");
    }
  }

  private static RecordLimits limits(Configuration options) {
    return new RecordLimits(
        bytes(options, LIMITS_RECORD),
        options.get(LIMITS_TEXT),
        options.get(LIMITS_ANSWER),
        options.get(LIMITS_ALIASES),
        options.get(LIMITS_SUBJECT),
        options.get(LIMITS_TAGS),
        options.get(LIMITS_TAG),
        options.get(LIMITS_FORBIDDEN_TEXTS),
        ChatTemplates.refusedTokens(options));
  }

  private static TritonSettings triton(Configuration options) {
    List<Endpoint> endpoints =
        required(options, TRITON_ENDPOINTS, "the servers' gRPC addresses, such as triton:8001")
            .stream()
            .map(Endpoint::parse)
            .toList();
    return TritonSettings.to(endpoints)
        .deadline(options.get(TRITON_DEADLINE))
        .modelReadyTimeout(options.get(TRITON_MODEL_READY_TIMEOUT))
        .keepAlive(options.get(TRITON_KEEP_ALIVE_TIME), options.get(TRITON_KEEP_ALIVE_TIMEOUT))
        .streamsInFlight(options.get(TRITON_STREAMS_IN_FLIGHT))
        .maxMessageBytes(bytes(options, TRITON_MAX_MESSAGE))
        .maxSampleCharacters(options.get(TRITON_MAX_SAMPLE))
        .adaptersFolder(options.get(TRITON_ADAPTERS_FOLDER))
        .retryBackoff(options.get(TRITON_RETRY_FIRST), options.get(TRITON_RETRY_MAX))
        .tls(
            new TritonSettings.Tls(
                options.get(TRITON_TLS),
                options.get(TRITON_TLS_TRUST),
                options.get(TRITON_TLS_CERTIFICATE),
                options.get(TRITON_TLS_KEY)))
        .token(
            new TritonSettings.Token(
                options.get(TRITON_TOKEN_HEADER),
                options.get(TRITON_TOKEN_VARIABLE),
                options.get(TRITON_TOKEN_FILE)))
        .build();
  }

  private static QuerySettings query(Configuration options) {
    String file = options.get(QUERY_SHOTS);
    Shots shots = file.isBlank() ? Shots.builtIn() : Shots.read(Path.of(file));
    KnowledgePrompt prompt =
        new KnowledgePrompt(
            options.get(QUERY_OPEN_ENDED_INSTRUCTION),
            options.get(QUERY_MULTIPLE_CHOICE_INSTRUCTION),
            shots);
    return QuerySettings.builder()
        .samples(options.get(QUERY_SAMPLES))
        .temperature(options.get(QUERY_TEMPERATURE))
        .maxTokens(options.get(QUERY_MAX_TOKENS))
        .stop(AnswerEnds.stop(options, QUERY_STOP))
        .prompt(ChatTemplates.query(options).map(prompt::asChat).orElse(prompt))
        .certainty(certainty(options))
        .choices(choices(options))
        .reasoning(reasoning(options))
        .judging(judging(options))
        .judge(section("judge", () -> JudgeConfiguration.of(options, triton(options))).orElse(null))
        .build();
  }

  private static JudgingRules judging(Configuration options) {
    return new JudgingRules(options.get(QUERY_OPEN_ENDED_CORRECTNESS), options.get(QUERY_REFUSALS));
  }

  private static ChoiceMeasure choices(Configuration options) {
    ChoiceMeasure choices = options.get(QUERY_MULTIPLE_CHOICE_BY);
    if (choices == ChoiceMeasure.SAMPLES && options.contains(QUERY_MULTIPLE_CHOICE_CERTAINTY)) {
      throw new IllegalArgumentException(
          "%s is about the probabilities of letters, and with %s: SAMPLES there are none; leave it out, for the certainty is then CHOSEN_OPTION_ENTROPY."
              .formatted(QUERY_MULTIPLE_CHOICE_CERTAINTY.key(), QUERY_MULTIPLE_CHOICE_BY.key()));
    }
    return choices;
  }

  private static Reasoning reasoning(Configuration options) {
    return AnswerEnds.reasoning(
        options,
        QUERY_REASONING_START,
        QUERY_REASONING_END,
        QUERY_REASONING_OPTIONAL,
        QUERY_REASONING_MAX_TOKENS);
  }

  private static CertaintyMeasures certainty(Configuration options) {
    CertaintyMeasures measures =
        new CertaintyMeasures(
            options.get(QUERY_OPEN_ENDED_CERTAINTY),
            options.get(QUERY_MULTIPLE_CHOICE_CERTAINTY),
            options.get(QUERY_CLUSTER_SIMILARITY));
    if (measures.openEnded() == CertaintyKind.SEMANTIC_ENTROPY
        && options.get(REHEARSAL_OPEN_ENDED_CERTAINTY) > 0) {
      throw new IllegalArgumentException(
          "A certainty of the kind SEMANTIC_ENTROPY is at most 0, so that no rehearsal set would have"
              + " a question; set "
              + REHEARSAL_OPEN_ENDED_CERTAINTY.key()
              + " to 0 for samples that all mean the same, or below.");
    }
    return measures;
  }

  private static EvaluationSettings evaluation(Configuration options) {
    EvaluationSettings settings =
        new EvaluationSettings(
            options.get(EVALUATION_MAX_TOKENS),
            AnswerEnds.stop(options, EVALUATION_STOP),
            trainingPrompt(options));
    reasoning(options).requireRoomBeside(settings.maxTokens());
    return settings;
  }

  private static double wrongPenalty(Configuration options) {
    double penalty = options.get(EVALUATION_WRONG_PENALTY);
    if (!(penalty >= 0 && penalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          EVALUATION_WRONG_PENALTY.key() + " is " + penalty + "; give a number from 0 on.");
    }
    return penalty;
  }

  private static int evaluatedSubjects(Configuration options) {
    int subjects = options.get(EVALUATION_SUBJECTS);
    if (subjects < 0) {
      throw new IllegalArgumentException(
          EVALUATION_SUBJECTS.key() + " is " + subjects + "; allow 0 or more.");
    }
    return subjects;
  }

  private static Duration liveFor(Configuration options) {
    Duration liveFor = options.get(DATASETS_LIVE_FOR);
    if (liveFor.toMillis() < 1) {
      throw new IllegalArgumentException(
          DATASETS_LIVE_FOR.key() + " is " + liveFor + "; give a time, such as 30 d.");
    }
    return liveFor;
  }

  private static Bootstrap bootstrap(Configuration options) {
    return new Bootstrap(
        options.get(EVALUATION_RESAMPLES),
        options.get(EVALUATION_CONFIDENCE),
        options.get(EVALUATION_SEED));
  }

  private static TrackerSettings tracker(Configuration options) {
    return new TrackerSettings(
        options.get(TRACKER_REQUESTS_IN_FLIGHT),
        options.get(TRACKER_ADAPTIVE_CONCURRENCY),
        options.get(TRACKER_ATTEMPTS),
        options.get(TRACKER_FIRST_BACK_OFF),
        options.get(TRACKER_MAX_BACK_OFF),
        new Ceiling(options.get(TRACKER_CEILING_REQUESTS), options.get(TRACKER_CEILING_TOKENS)));
  }

  private static Thresholds thresholds(Configuration options) {
    return new Thresholds(
        options.get(RELABEL_OPEN_ENDED_ANSWER),
        options.get(RELABEL_OPEN_ENDED_REFUSAL),
        options.get(RELABEL_MULTIPLE_CHOICE_ANSWER),
        options.get(RELABEL_MULTIPLE_CHOICE_REFUSAL),
        new FlowFilter(options.get(RELABEL_OPEN_ENDED_FLOW), options.get(RELABEL_OPEN_ENDED_RISE)),
        new FlowFilter(
            options.get(RELABEL_MULTIPLE_CHOICE_FLOW), options.get(RELABEL_MULTIPLE_CHOICE_RISE)));
  }

  /** What trainers are given. */
  public DatasetTexts datasetTexts() {
    return new DatasetTexts(trainingPrompt, query.prompt());
  }

  private static DatasetSettings datasets(Configuration options) {
    Thresholds thresholds = section("relabel", () -> thresholds(options));
    RehearsalSets rehearsal = section("rehearsal", () -> rehearsal(options));
    CorrectnessRule openEnded = section("query", () -> judging(options)).openEnded();
    CorrectnessRule multipleChoice = section("query", () -> choices(options)).rule();
    JudgeModel judge =
        section("judge", () -> JudgeConfiguration.of(options, triton(options)))
            .map(JudgeSettings::named)
            .orElse(null);
    return section(
        "datasets",
        () ->
            new DatasetSettings(
                options.get(DATASETS_STRATEGIES),
                thresholds,
                new Counts(
                    options.get(DATASETS_OPEN_ENDED_ANSWERS),
                    options.get(DATASETS_OPEN_ENDED_REFUSALS),
                    options.get(DATASETS_OPEN_ENDED_TIES),
                    options.get(DATASETS_OPEN_ENDED_SHORTAGE),
                    options.get(DATASETS_OPEN_ENDED_SURENESS)),
                new Counts(
                    options.get(DATASETS_MULTIPLE_CHOICE_ANSWERS),
                    options.get(DATASETS_MULTIPLE_CHOICE_REFUSALS),
                    options.get(DATASETS_MULTIPLE_CHOICE_TIES),
                    options.get(DATASETS_MULTIPLE_CHOICE_SHORTAGE),
                    options.get(DATASETS_MULTIPLE_CHOICE_SURENESS)),
                options.get(DATASETS_SEED),
                rehearsal,
                new Rules(openEnded, multipleChoice, judge)));
  }

  private static RehearsalSets rehearsal(Configuration options) {
    return new RehearsalSets(
        new RehearsalThresholds(
            options.get(REHEARSAL_OPEN_ENDED_CORRECTNESS),
            options.get(REHEARSAL_OPEN_ENDED_CERTAINTY),
            options.get(REHEARSAL_MULTIPLE_CHOICE_TARGET_PROBABILITY)),
        options.get(REHEARSAL_OPEN_ENDED_QUESTIONS),
        options.get(REHEARSAL_MULTIPLE_CHOICE_QUESTIONS),
        options.get(REHEARSAL_SEED));
  }

  private static TrainingPrompt trainingPrompt(Configuration options) {
    TrainingPrompt prompt =
        new TrainingPrompt(
            new TrainingTexts(
                options.get(TRAINING_OPEN_ENDED),
                options.get(TRAINING_MULTIPLE_CHOICE),
                options.get(TRAINING_MULTIPLE_CHOICE_WITHOUT_SUBJECT),
                options.get(TRAINING_OPEN_ENDED_REFUSAL),
                options.get(TRAINING_MULTIPLE_CHOICE_REFUSAL)));
    return ChatTemplates.training(options).map(prompt::asChat).orElse(prompt);
  }

  private static <T> T required(Configuration options, ConfigOption<T> option, String what) {
    return options
        .getOptional(option)
        .filter(value -> !value.toString().isBlank())
        .orElseThrow(
            () -> new IllegalArgumentException("Set " + option.key() + " to " + what + "."));
  }

  private static int bytes(Configuration options, ConfigOption<MemorySize> option) {
    long bytes = options.get(option).getBytes();
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          option.key() + " is " + options.get(option) + "; it must be below 2 GiB.");
    }
    return (int) bytes;
  }

  private static <T> T section(String name, Supplier<T> settings) {
    try {
      return settings.get();
    } catch (IllegalArgumentException mistake) {
      throw new IllegalArgumentException("Options " + name + ".*: " + sentence(mistake), mistake);
    } catch (ArithmeticException tooLong) {
      throw new IllegalArgumentException(
          "Options "
              + name
              + ".*: One of the times is too long to be counted in milliseconds; give a shorter one.",
          tooLong);
    }
  }

  /** Flink says which value of which option it could not read in the cause. */
  private static String sentence(IllegalArgumentException mistake) {
    Throwable cause = mistake.getCause();
    return cause == null || cause.getMessage() == null
        ? mistake.getMessage()
        : mistake.getMessage() + " (" + cause.getMessage() + ")";
  }
}
