package dev.craftstream.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;

/** Savepoints of jobs on the test's Flink cluster. */
public final class Savepoints {
  private Savepoints() {}

  /** Takes one in the folder; returns its own folder there. */
  public static Path take(MiniCluster flink, JobID job, Path folder) throws Exception {
    return Path.of(
        URI.create(
            flink
                .triggerSavepoint(
                    job, folder.toUri().toString(), false, SavepointFormatType.CANONICAL)
                .get()));
  }

  /** How many bytes its files have. */
  public static long size(Path savepoint) throws IOException {
    try (Stream<Path> files = Files.walk(savepoint)) {
      return files.filter(Files::isRegularFile).mapToLong(Savepoints::length).sum();
    }
  }

  private static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
