package dev.craftstream.flink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.accumulators.ListAccumulator;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.JobListener;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ParameterTool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The options that a job's graph was built with: the job's own, and those of Flink's that are fixed
 * in the graph. They travel in the graph, where Flink's web interface shows them as the user
 * configuration, and come back from a task as an accumulator. Options that may hold secrets are
 * left out.
 *
 * <p>Under high availability a new job manager runs the main method again, but goes on with the
 * graph that was stored: options that changed meanwhile have no effect, and nothing else says so.
 */
public final class GraphOptions {
  private static final Logger LOG = LoggerFactory.getLogger(GraphOptions.class);
  private static final String ACCUMULATOR = "options-of-the-graph";
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(1);

  /** Connections and their secrets, which Flink's own list of names does not know. */
  private static final List<String> NOT_SHOWN = List.of(".ssl.", ".sasl.");

  private static final List<ConfigOption<?>> OF_FLINK =
      List.of(
          CoreOptions.DEFAULT_PARALLELISM,
          PipelineOptions.MAX_PARALLELISM,
          CheckpointingOptions.CHECKPOINTING_INTERVAL,
          CheckpointingOptions.CHECKPOINTING_TIMEOUT,
          CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS,
          CheckpointingOptions.TOLERABLE_FAILURE_NUMBER,
          CheckpointingOptions.ENABLE_UNALIGNED);

  private GraphOptions() {}

  /**
   * What a graph is built with: {@code ofJob}, and what {@code env} says of Flink's options that
   * are fixed in a graph.
   *
   * @param ofJob values by key
   */
  public static Map<String, String> of(StreamExecutionEnvironment env, Map<String, String> ofJob) {
    Configuration ofFlink = new Configuration();
    OF_FLINK.forEach(option -> copy(env.getConfiguration(), option, ofFlink));
    Map<String, String> options = new TreeMap<>(ofJob);
    options.putAll(ofFlink.toMap());
    options
        .keySet()
        .removeIf(
            key ->
                GlobalConfiguration.isSensitive(key) || NOT_SHOWN.stream().anyMatch(key::contains));
    return options;
  }

  private static <T> void copy(ReadableConfig from, ConfigOption<T> option, Configuration to) {
    from.getOptional(option).ifPresent(value -> to.set(option, value));
  }

  /** Puts {@link #of options} into the graph that is being built. */
  public static void store(StreamExecutionEnvironment env, Map<String, String> options) {
    env.getConfig().setGlobalJobParameters(ParameterTool.fromMap(options));
  }

  /** Has a task, of which there is one, tell them. */
  public static void report(RuntimeContext task) {
    ListAccumulator<String> options = new ListAccumulator<>();
    task.getGlobalJobParameters()
        .forEach(
            (key, value) -> {
              options.add(key);
              options.add(value);
            });
    task.addAccumulator(ACCUMULATOR, options);
  }

  /**
   * Looks, once the job runs, whether its graph was built with other options than those given, and
   * says so in the log.
   *
   * @param given {@link #of options} that a new graph would be built with
   */
  public static JobListener comparing(Map<String, String> given) {
    return new JobListener() {
      @Override
      public void onJobSubmitted(JobClient job, Throwable failure) {
        if (job != null) {
          var thread = new Thread(() -> warn(job, given), "compare-options");
          thread.setDaemon(true);
          thread.start();
        }
      }

      @Override
      public void onJobExecuted(JobExecutionResult result, Throwable failure) {}
    };
  }

  private static void warn(JobClient job, Map<String, String> given) {
    try {
      List<String> differences = differences(awaitOptions(job), given);
      if (!differences.isEmpty()) {
        LOG.warn(
            "The job was recovered with the options that it was started with, and those that were"
                + " changed since have no effect: {}. To change them, stop the job with a savepoint"
                + " (flink stop) and start it from that (--fromSavepoint).",
            String.join("; ", differences));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.info("Whether the job runs with the options that were given is not known", e);
    }
  }

  /**
   * What a running job has otherwise than it is given.
   *
   * @param running empty where the graph is of a version that did not store its options, of which
   *     nothing is said
   * @return such as {@code tracker.attempts is 5, given is 7}, in the order of the keys
   */
  static List<String> differences(Map<String, String> running, Map<String, String> given) {
    if (running.isEmpty()) {
      return List.of();
    }
    TreeSet<String> keys = new TreeSet<>(running.keySet());
    keys.addAll(given.keySet());
    List<String> differences = new ArrayList<>();
    for (String key : keys) {
      if (!Objects.equals(running.get(key), given.get(key))) {
        differences.add(
            key + " is " + orNotSet(running.get(key)) + ", given is " + orNotSet(given.get(key)));
      }
    }
    return differences;
  }

  private static String orNotSet(String value) {
    return value == null ? "not set" : value;
  }

  /**
   * The options of the graph that a job runs, as soon as its task tells them, which may be long
   * after the job manager's start.
   *
   * @throws IllegalStateException where the job ends before
   */
  static Map<String, String> awaitOptions(JobClient job)
      throws InterruptedException, ExecutionException, TimeoutException {
    while (true) {
      Optional<Map<String, String>> told = told(job);
      if (told.isPresent()) {
        return told.get();
      }
      JobStatus status = job.getJobStatus().get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (status.isGloballyTerminalState()) {
        throw new IllegalStateException("The job is " + status);
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static Optional<Map<String, String>> told(JobClient job)
      throws InterruptedException, TimeoutException {
    Object told;
    try {
      told =
          job.getAccumulators()
              .get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
              .get(ACCUMULATOR);
    } catch (ExecutionException e) {
      // Such as while the job is being recovered.
      return Optional.empty();
    }
    if (!(told instanceof List<?> texts)) {
      return Optional.empty();
    }
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i + 1 < texts.size(); i += 2) {
      options.put((String) texts.get(i), (String) texts.get(i + 1));
    }
    return Optional.of(options);
  }
}
