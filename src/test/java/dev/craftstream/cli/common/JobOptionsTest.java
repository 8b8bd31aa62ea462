package dev.craftstream.cli.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.craftstream.embedded.CraftHome;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.WorkFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class JobOptionsTest {
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;
  private Project project;

  @BeforeEach
  void writeTheProjectsOwn() throws IOException {
    project = new Project(folder, folder.resolve("target"), CraftHome.of(Map.of(), folder));
    Files.createDirectories(project.flinkConfiguration());
    Files.writeString(project.options(), "kafka.bootstrap-servers: own:9092\n");
  }

  @Test
  void theDemosAreTakenWhileItRuns() throws IOException {
    try (WorkFolder demo = WorkFolder.take(project.home().path().resolve("demo"))) {
      assertThat(server()).as("before the demo has written its options").isEqualTo("own:9092");
      Files.writeString(demo.options(), "kafka.bootstrap-servers: demo:9092\n");

      assertThat(server()).isEqualTo("demo:9092");
      assertThat(err.toString())
          .contains("options of the demo that runs", demo.options().getFileName().toString());
      assertThat(server("--config", project.options().toString())).isEqualTo("own:9092");
    }
    err.getBuffer().setLength(0);
    assertThat(server()).as("when the demo has ended").isEqualTo("own:9092");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theCirclesAreTakenWhileItRuns() throws IOException {
    try (WorkFolder circle = WorkFolder.keep(project.home().path().resolve("circle"))) {
      Files.writeString(circle.options(), "kafka.bootstrap-servers: circle:9092\n");

      assertThat(server()).isEqualTo("circle:9092");
      assertThat(err.toString()).contains("options of the circle that runs");
    }
  }

  @Test
  void whatIsKeptIsThereWhenTheFolderIsTakenAgainToGoOn() throws IOException {
    Path folder = project.home().path().resolve("circle");
    try (WorkFolder before = WorkFolder.keep(folder)) {
      Files.createDirectories(before.kafka());
      Files.writeString(before.kafka().resolve("log"), "records");
    }
    try (WorkFolder now = WorkFolder.keep(folder)) {
      assertThat(now.kafka().resolve("log")).hasContent("records");
      assertThatIOException().isThrownBy(() -> WorkFolder.keep(folder));
    }
    try (WorkFolder anew = WorkFolder.take(folder)) {
      assertThat(anew.kafka()).doesNotExist();
    }
  }

  @Test
  void aRunThatBeginsHasNoOptionsOfTheOneBefore() throws IOException {
    Path demo = project.home().path().resolve("demo");
    try (WorkFolder before = WorkFolder.take(demo)) {
      Files.writeString(before.options(), "kafka.bootstrap-servers: before:9092\n");
    }
    try (WorkFolder now = WorkFolder.take(demo)) {
      assertThat(now.options()).doesNotExist();
      assertThatIOException().isThrownBy(() -> WorkFolder.take(demo));
    }
    assertThat(WorkFolder.isTaken(demo)).isFalse();
    assertThat(WorkFolder.isTaken(folder.resolve("absent"))).isFalse();
  }

  @Command(name = "command")
  private static final class WithOptions implements Runnable {
    @Mixin private JobOptions job;

    @Override
    public void run() {}
  }

  private String server(String... arguments) throws IOException {
    WithOptions command = new WithOptions();
    CommandLine line = new CommandLine(command);
    line.setErr(new PrintWriter(err, true));
    line.parseArgs(arguments);
    return command.job.settings(project).kafka().bootstrapServers();
  }
}
