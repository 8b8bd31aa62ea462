package dev.craftstream.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.config.KafkaOptions;
import dev.craftstream.config.TritonOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;

/** The options of the job in an embedded run: the shipped file, the run's own, the user's. */
public final class EmbeddedOptions {
  /** Datasets that a few hundred questions and a small model can fill. */
  public static final String DEMO = "/demo/options.yaml";

  private EmbeddedOptions() {}

  /**
   * What the job will go by, but for the addresses of its servers.
   *
   * @throws IllegalArgumentException where an option is wrong, with a sentence
   */
  public static CurationSettings settings(
      Project project, List<String> resources, Map<String, String> options) {
    return CurationSettings.of(of(project, resources, options, "localhost:9092", "localhost:8001"));
  }

  /**
   * What the job goes by.
   *
   * @param resources files of options on the class path; the later win
   * @param options win over those of the files
   * @param kafka address of the broker
   * @param endpoint of the model server
   * @throws IllegalArgumentException where the options name a server, with a sentence
   */
  static Configuration of(
      Project project,
      List<String> resources,
      Map<String, String> options,
      String kafka,
      String endpoint) {
    Configuration all = ConfigurationFile.read(project.options());
    resources.forEach(resource -> all.addAll(read(resource)));
    for (String key :
        List.of(KafkaOptions.KAFKA_BOOTSTRAP_SERVERS.key(), TritonOptions.TRITON_ENDPOINTS.key())) {
      if (options.containsKey(key)) {
        throw new IllegalArgumentException(
            "The embedded run brings its own servers; leave out -D" + key + ".");
      }
    }
    all.addAll(Configuration.fromMap(options));
    all.set(KafkaOptions.KAFKA_BOOTSTRAP_SERVERS, kafka);
    all.set(TritonOptions.TRITON_ENDPOINTS, List.of(endpoint));
    return all;
  }

  private static Configuration read(String resource) {
    try (InputStream yaml = EmbeddedOptions.class.getResourceAsStream(resource)) {
      return ConfigurationFile.parse(resource, new String(yaml.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes them for commands that want to reach the run. */
  static void write(Configuration all, Path file) throws IOException {
    StringBuilder yaml =
        new StringBuilder("# The options of the run whose files lie here; made by ./craft.\n");
    new TreeMap<>(all.toMap())
        .forEach(
            (key, value) ->
                yaml.append(key).append(": '").append(value.replace("'", "''")).append("'\n"));
    Files.writeString(file, yaml);
  }
}
