package dev.craftstream.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that must not start anew is told what it can start from. */
class RestorePointsTest {
  private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATE = Instant.parse("2026-01-02T00:00:00Z");
  private static final String JOB = "00000000000000000000000000000000";

  @TempDir private Path folder;

  @Test
  void theNewestFlinkCheckpointOfAnyJobIsNamed() throws IOException {
    complete(folder.resolve("checkpoints/" + JOB + "/chk-7"), EARLY);
    complete(folder.resolve("checkpoints/ffff0000ffff0000ffff0000ffff0000/chk-3"), LATE);
    complete(folder.resolve("savepoints/savepoint-abc"), EARLY);

    assertThat(points().advice())
        .contains("ffff0000ffff0000ffff0000ffff0000/chk-3 of 2026-01-02T00:00:00Z");
  }

  @Test
  void aNewerSavepointIsNamed() throws IOException {
    complete(folder.resolve("checkpoints/" + JOB + "/chk-7"), EARLY);
    complete(folder.resolve("savepoints/savepoint-abc"), LATE);

    assertThat(points().advice()).contains("savepoints/savepoint-abc of 2026-01-02T00:00:00Z");
  }

  @Test
  void whatIsNotCompleteDoesNotCount() throws IOException {
    Files.createDirectories(folder.resolve("checkpoints/" + JOB + "/chk-8"));
    Files.createDirectories(folder.resolve("checkpoints/" + JOB + "/shared"));

    assertThat(points().advice())
        .startsWith("No savepoint and no Flink checkpoint was found in ")
        .contains("/checkpoints", " and ", "/savepoints");
  }

  @Test
  void withoutFoldersTheOptionsAreNamed() {
    assertThat(new RestorePoints("", "").advice())
        .contains("execution.checkpointing.dir", "execution.checkpointing.savepoint-dir");
  }

  @Test
  void whenASavepointWasWrittenIsKnownByItsFolderAndItsFile() throws IOException {
    Path savepoint = folder.resolve("savepoints/savepoint-abc");
    complete(savepoint, EARLY);

    assertThat(RestorePoints.written(savepoint.toUri().toString())).contains(EARLY);
    assertThat(RestorePoints.written(savepoint.resolve("_metadata").toString())).contains(EARLY);
    assertThat(RestorePoints.written(folder.resolve("none").toString())).isEmpty();
  }

  @Test
  void whatIsLeftOutIsNotStartedFrom() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, "s3://savepoints/old"));
    env.fromData(1).print();

    RestorePoints.leaveOut(env);

    assertThat(env.getStreamGraph().getSavepointRestoreSettings().restoreSavepoint()).isFalse();
  }

  private RestorePoints points() {
    return new RestorePoints(
        folder.resolve("checkpoints").toUri().toString(),
        folder.resolve("savepoints").toUri().toString());
  }

  private static void complete(Path folder, Instant written) throws IOException {
    Path metadata = Files.createDirectories(folder).resolve("_metadata");
    Files.writeString(metadata, "metadata");
    Files.setLastModifiedTime(metadata, FileTime.from(written));
  }
}
