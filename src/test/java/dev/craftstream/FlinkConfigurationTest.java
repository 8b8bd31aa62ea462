package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.config.ConfigurationFile;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBNativeMetricOptions;
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
            ExecutionOptions.class,
            HeartbeatManagerOptions.class,
            HighAvailabilityOptions.class,
            JobManagerOptions.class,
            MetricOptions.class,
            PipelineOptions.class,
            RestOptions.class,
            RestartStrategyOptions.class,
            StateBackendOptions.class,
            TaskManagerOptions.class,
            WebOptions.class,
            RocksDBNativeMetricOptions.class,
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
    assertThat(shipped.get(PipelineOptions.MAX_PARALLELISM)).isEqualTo(1440);
    assertThat(shipped.get(PipelineOptions.OBJECT_REUSE)).isTrue();
    assertThat(shipped.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)).isTrue();
    assertThat(shipped.get(CheckpointingOptions.ENABLE_UNALIGNED)).isTrue();
    assertThat(shipped.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE))
        .isEqualTo(CheckpointingMode.EXACTLY_ONCE);
    assertThat(shipped.get(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION))
        .isEqualTo(ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
  }

  @Test
  void theDocumentedMemoryIsWhatFlinkMakesOfIt() throws IOException {
    TaskExecutorProcessSpec task = TaskExecutorProcessUtils.processSpecFromConfig(shipped);
    JobManagerProcessSpec job = JobManagerProcessUtils.processSpecFromConfig(shipped);
    assertThat(Files.readAllLines(Path.of("docs/deploy/cluster.md")))
        .anyMatch(
            row("process ", task.getTotalProcessMemorySize(), job.getTotalProcessMemorySize()))
        .anyMatch(row("JVM's metaspace", task.getJvmMetaspaceSize(), job.getJvmMetaspaceSize()))
        .anyMatch(row("JVM's overhead", task.getJvmOverheadSize(), job.getJvmOverheadSize()))
        .anyMatch(row("managed memory", task.getManagedMemorySize(), null))
        .anyMatch(row("network buffers", task.getNetworkMemSize(), null))
        .anyMatch(
            row(
                "off-heap: Flink's own",
                task.getJvmDirectMemorySize()
                    .subtract(task.getTaskOffHeapSize())
                    .subtract(task.getNetworkMemSize()),
                job.getJvmDirectMemorySize()))
        .anyMatch(row("off-heap of the tasks", task.getTaskOffHeapSize(), null))
        .anyMatch(row("heap", task.getJvmHeapMemorySize(), job.getJvmHeapMemorySize()));
  }

  private static Predicate<String> row(String what, MemorySize task, MemorySize job) {
    String end = "| " + rounded(task) + " | " + (job == null ? "" : rounded(job) + " ") + "|";
    return line -> line.startsWith("| " + what) && line.endsWith(end);
  }

  private static long rounded(MemorySize size) {
    return Math.round(size.getBytes() / (double) MemorySize.ofMebiBytes(1).getBytes());
  }

  private static String key(Field field) {
    try {
      return ((ConfigOption<?>) field.get(null)).key();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
