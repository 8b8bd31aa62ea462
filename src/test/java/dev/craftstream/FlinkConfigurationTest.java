package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.config.ConfigurationFile;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.junit.jupiter.api.Test;

/**
 * flink-conf/config.yaml says what it is meant to say, in words that this version of Flink knows.
 */
class FlinkConfigurationTest {
  private final Configuration shipped = ConfigurationFile.read(Path.of("flink-conf/config.yaml"));

  @Test
  void everyKeyIsAnOptionOfFlink() {
    Set<String> known = new TreeSet<>();
    Stream.of(
            BatchExecutionOptions.class,
            CheckpointingOptions.class,
            CoreOptions.class,
            HeartbeatManagerOptions.class,
            HighAvailabilityOptions.class,
            JobManagerOptions.class,
            MetricOptions.class,
            PipelineOptions.class,
            RestOptions.class,
            RestartStrategyOptions.class,
            StateBackendOptions.class,
            TaskManagerOptions.class,
            RocksDBOptions.class,
            RocksDBConfigurableOptions.class)
        .flatMap(options -> Stream.of(options.getFields()))
        .filter(field -> field.getType() == ConfigOption.class)
        .forEach(field -> known.add(key(field)));
    Set<String> unknown = new TreeSet<>(shipped.keySet());
    unknown.removeAll(known);
    unknown.removeIf(key -> key.startsWith("metrics.reporter."));
    assertThat(unknown).isEmpty();
  }

  @Test
  void itKeepsStateInRocksDbWithoutKryoAndCommitsOften() {
    assertThat(shipped.get(StateBackendOptions.STATE_BACKEND)).isEqualTo("rocksdb");
    assertThat(shipped.get(RocksDBOptions.TIMER_SERVICE_FACTORY))
        .isEqualTo(
            org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend.PriorityQueueStateType
                .ROCKSDB);
    assertThat(shipped.get(PipelineOptions.GENERIC_TYPES)).isFalse();
    assertThat(shipped.get(PipelineOptions.AUTO_GENERATE_UIDS)).isFalse();
    assertThat(shipped.get(PipelineOptions.MAX_PARALLELISM)).isEqualTo(1024);
    assertThat(shipped.get(PipelineOptions.OBJECT_REUSE)).isTrue();
    assertThat(shipped.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)).isTrue();
    assertThat(shipped.get(CheckpointingOptions.ENABLE_UNALIGNED)).isTrue();
    assertThat(shipped.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE))
        .isEqualTo(CheckpointingMode.EXACTLY_ONCE);
    assertThat(shipped.get(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION))
        .isEqualTo(ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
  }

  private static String key(Field field) {
    try {
      return ((ConfigOption<?>) field.get(null)).key();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
