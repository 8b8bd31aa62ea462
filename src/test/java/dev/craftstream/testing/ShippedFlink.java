package dev.craftstream.testing;

import dev.craftstream.config.ConfigurationFile;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;

/**
 * Flink as {@code flink-conf/config.yaml} has it, in this process and with frequent checkpoints.
 */
public final class ShippedFlink {

  private ShippedFlink() {}

  /** A cluster of one task manager. */
  public static MiniClusterExtension cluster(int slots) {
    return new MiniClusterExtension(
        new MiniClusterResourceConfiguration.Builder()
            .setConfiguration(configuration())
            .setNumberTaskManagers(1)
            .setNumberSlotsPerTaskManager(slots)
            .build());
  }

  /** Without what needs other processes: high availability, addresses and metrics reporters. */
  public static Configuration configuration() {
    Configuration options = ConfigurationFile.read(Path.of("flink-conf/config.yaml"));
    options.setString("execution.checkpointing.interval", "500ms");
    options.setString("execution.checkpointing.min-pause", "0s");
    options.setString(
        "execution.checkpointing.dir", Path.of("target/flink-checkpoints").toUri().toString());
    options.setString(
        "execution.checkpointing.savepoint-dir",
        Path.of("target/flink-savepoints").toUri().toString());
    options.removeKey("high-availability.type");
    options.removeKey("jobmanager.rpc.address");
    options.removeKey("rest.address");
    options.removeKey("metrics.reporters");
    options.setString("rest.port", "0");
    return options;
  }
}
