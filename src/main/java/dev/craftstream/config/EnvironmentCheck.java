package dev.craftstream.config;

import dev.craftstream.topics.kafka.KafkaSettings;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.CheckpointConfig;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether Flink is configured as the job needs it. */
public final class EnvironmentCheck {
  private static final Logger LOG = LoggerFactory.getLogger(EnvironmentCheck.class);

  /** Many parallelisms divide it, so that tasks get equal shares. */
  private static final int DEFAULT_MAX_PARALLELISM = 1440;

  private EnvironmentCheck() {}

  /**
   * Sets the number of key groups where Flink's configuration does not, and looks whether Flink
   * checkpoints are taken as the output needs them.
   *
   * @throws IllegalArgumentException where they are not, with a sentence that says what to set
   */
  public static void check(StreamExecutionEnvironment env, KafkaSettings kafka) {
    if (env.getConfiguration().get(PipelineOptions.MAX_PARALLELISM) <= 0) {
      env.setMaxParallelism(DEFAULT_MAX_PARALLELISM);
    }
    CheckpointConfig checkpoints = env.getCheckpointConfig();
    if (checkpoints.isCheckpointingEnabled()
        && checkpoints.getCheckpointingConsistencyMode() != CheckpointingMode.EXACTLY_ONCE) {
      throw new IllegalArgumentException(
          "Flink's state is not exactly-once: after a failure, counts of surveys and evaluations"
              + " would be added twice, and datasets would never be complete or close early,"
              + " whatever the output's guarantee is. Set execution.checkpointing.mode to"
              + " EXACTLY_ONCE in Flink's configuration.");
    }
    if (kafka.guarantee() != DeliveryGuarantee.EXACTLY_ONCE) {
      if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
        LOG.warn(
            "There are no Flink checkpoints: after a failure or a restart every question is asked"
                + " again and everything is written again, and announcements do not wait for the"
                + " questions before them. Set execution.checkpointing.interval in Flink's"
                + " configuration, unless that is meant.");
      }
      return;
    }
    if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
      throw new IllegalArgumentException(
          "Exactly-once output is committed with Flink checkpoints, and these are off. Set"
              + " execution.checkpointing.interval in Flink's configuration, or"
              + " kafka.delivery-guarantee to at-least-once.");
    }
    Duration interval = checkpointInterval(env);
    int failures = Math.max(0, checkpoints.getTolerableCheckpointFailureNumber());
    Duration open =
        interval.plus(
            Duration.ofMillis(checkpoints.getCheckpointTimeout()).multipliedBy(failures + 1L));
    if (open.compareTo(kafka.transactionTimeout()) >= 0) {
      throw new IllegalArgumentException(
          "kafka.transaction-timeout is "
              + kafka.transactionTimeout()
              + ", and a transaction can be open for "
              + open
              + " before its commit: the Flink checkpoint interval of "
              + interval
              + " and "
              + (failures + 1)
              + " Flink checkpoints of "
              + Duration.ofMillis(checkpoints.getCheckpointTimeout())
              + ". The broker would end it before, and what is in it would be lost. Set the first"
              + " longer, or execution.checkpointing.interval, .timeout or"
              + " .tolerable-failed-checkpoints lower.");
    }
  }

  /** How often Flink checkpoints are taken; of the configuration, or set by the program. */
  public static Duration checkpointInterval(StreamExecutionEnvironment env) {
    return env.getConfiguration()
        .getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL)
        .orElse(Duration.ofMillis(env.getCheckpointConfig().getCheckpointInterval()));
  }
}
