package dev.craftstream.flink;

import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The savepoints and retained Flink checkpoints that lie in the folders of Flink's configuration.
 *
 * @param checkpoints {@code execution.checkpointing.dir}; empty where it is not set
 * @param savepoints {@code execution.checkpointing.savepoint-dir}; empty where it is not set
 */
public record RestorePoints(String checkpoints, String savepoints) implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(RestorePoints.class);

  /**
   * Something that a job can be started from.
   *
   * @param path of its folder, as Flink takes it
   * @param written when it was complete
   */
  public record RestorePoint(String path, Instant written) {}

  public static RestorePoints of(ReadableConfig configuration) {
    return new RestorePoints(
        configuration.getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY).orElse(""),
        configuration.getOptional(CheckpointingOptions.SAVEPOINT_DIRECTORY).orElse(""));
  }

  /** Sentences on what a job can be started from. */
  public String advice() {
    List<String> folders =
        Stream.of(checkpoints, savepoints).filter(folder -> !folder.isEmpty()).distinct().toList();
    if (folders.isEmpty()) {
      return "Start it from its newest savepoint or Flink checkpoint, with"
          + " execution.state-recovery.path or `flink run -s`. Where that lies is not known here:"
          + " neither execution.checkpointing.dir nor execution.checkpointing.savepoint-dir is set.";
    }
    return newest()
        .map(
            point ->
                "Start it from its newest savepoint or Flink checkpoint, with"
                    + " execution.state-recovery.path or `flink run -s`. The newest one that was"
                    + " found, of any job, is %s of %s.".formatted(point.path(), point.written()))
        .orElseGet(
            () ->
                "No savepoint and no Flink checkpoint was found in %s."
                    .formatted(String.join(" and ", folders)));
  }

  /**
   * When what a job is to be started from was complete.
   *
   * @param path of its folder or of the file in it, as Flink takes it
   * @return empty where it can't be found out; Flink then says at the start what is wrong
   */
  public static Optional<Instant> written(String path) {
    try {
      Path given = new Path(path);
      FileSystem files = given.getFileSystem();
      Path file =
          files.getFileStatus(given).isDir()
              ? new Path(given, AbstractFsCheckpointStorageAccess.METADATA_FILE_NAME)
              : given;
      return Optional.of(Instant.ofEpochMilli(files.getFileStatus(file).getModificationTime()));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("When {} was written can't be found out", path, e);
      return Optional.empty();
    }
  }

  /** Has a job that is not built yet start without what {@code env} says it starts from. */
  public static void leaveOut(StreamExecutionEnvironment env) {
    ((Configuration) env.getConfiguration()).removeConfig(StateRecoveryOptions.SAVEPOINT_PATH);
  }

  /** The newest one; folders that can't be read are left out, with a line in the log. */
  Optional<RestorePoint> newest() {
    List<RestorePoint> found = new ArrayList<>();
    if (!savepoints.isEmpty()) {
      add(savepoints, "", found);
    }
    if (!checkpoints.isEmpty()) {
      add(checkpoints, "", found);
      // FOLDER/JOB/chk-17
      for (FileStatus job : folders(checkpoints)) {
        add(
            job.getPath().toString(),
            AbstractFsCheckpointStorageAccess.CHECKPOINT_DIR_PREFIX,
            found);
      }
    }
    return found.stream().max(Comparator.comparing(RestorePoint::written));
  }

  private static void add(String folder, String prefix, List<RestorePoint> found) {
    for (FileStatus candidate : folders(folder)) {
      if (candidate.getPath().getName().startsWith(prefix)) {
        Path metadata =
            new Path(candidate.getPath(), AbstractFsCheckpointStorageAccess.METADATA_FILE_NAME);
        try {
          FileSystem files = metadata.getFileSystem();
          if (files.exists(metadata)) {
            found.add(
                new RestorePoint(
                    candidate.getPath().toString(),
                    Instant.ofEpochMilli(files.getFileStatus(metadata).getModificationTime())));
          }
        } catch (IOException e) {
          LOG.warn("{} can't be read and is left out", metadata, e);
        }
      }
    }
  }

  private static List<FileStatus> folders(String folder) {
    try {
      FileStatus[] inside = new Path(folder).getFileSystem().listStatus(new Path(folder));
      return inside == null ? List.of() : Arrays.stream(inside).filter(FileStatus::isDir).toList();
    } catch (IOException e) {
      LOG.warn("{} can't be read and is left out", folder, e);
      return List.of();
    }
  }
}
