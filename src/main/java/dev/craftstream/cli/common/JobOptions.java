package dev.craftstream.cli.common;

import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.config.KafkaOptions;
import dev.craftstream.config.TritonOptions;
import dev.craftstream.embedded.Logs;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.WorkFolder;
import dev.craftstream.topics.kafka.KafkaSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the commands find the job's Kafka: by the options that the job itself was started with. */
public final class JobOptions {
  /** The commands that bring everything up, and the folders of their runs. */
  private static final List<String> EMBEDDED_RUNS = List.of("demo", "circle");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The job's options. Default: while ./craft demo or circle runs, those of that run, else those of"
              + " flink-conf/craft-stream.yaml.")
  private Path config;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Kafka's address; goes before the one in the options.")
  private String bootstrapServers;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "One of the job's options; goes before the file. ./craft options lists them.")
  private Map<String, String> options = Map.of();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Those that concern Kafka. */
  public KafkaSettings kafka() throws IOException {
    return settings().kafka();
  }

  /** Reads them, and sends all logs away from the console. */
  public CurationSettings settings() throws IOException {
    return settings(Project.here());
  }

  /**
   * The same for a command that asks Triton.
   *
   * @throws IllegalArgumentException also where no server is named, with a sentence
   */
  public CurationSettings settingsWithTriton() throws IOException {
    return settings(Project.here(), true);
  }

  public CurationSettings settings(Project project) throws IOException {
    return settings(project, false);
  }

  private CurationSettings settings(Project project, boolean asksTriton) throws IOException {
    Logs.to(project.home().path().resolve("logs"));
    Configuration all = ConfigurationFile.read(file(project));
    all.addAll(Configuration.fromMap(options));
    if (bootstrapServers != null) {
      all.set(KafkaOptions.KAFKA_BOOTSTRAP_SERVERS, bootstrapServers);
    }
    if (!asksTriton && !all.contains(TritonOptions.TRITON_ENDPOINTS)) {
      // The job's own option; nobody is asked.
      all.set(TritonOptions.TRITON_ENDPOINTS, List.of("localhost:8001"));
    }
    CurationSettings settings = CurationSettings.of(all);
    settings.kafka().requireVariables();
    return settings;
  }

  private Path file(Project project) {
    if (config != null) {
      return config;
    }
    for (String run : EMBEDDED_RUNS) {
      Path folder = project.home().path().resolve(run);
      Path its = folder.resolve("craft-stream.yaml");
      if (WorkFolder.isTaken(folder) && Files.exists(its)) {
        PrintWriter err = command.commandLine().getErr();
        err.println("With the options of the %s that runs, %s".formatted(run, Project.shown(its)));
        err.flush();
        return its;
      }
    }
    return project.options();
  }
}
