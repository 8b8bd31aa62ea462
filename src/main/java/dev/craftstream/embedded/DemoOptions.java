package dev.craftstream.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.config.ConfigurationFile;
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

/** The options of the job in an embedded run: the shipped file, the demo's own, the user's. */
final class DemoOptions {
  private static final String RESOURCE = "/demo/options.yaml";

  private DemoOptions() {}

  /**
   * What the job goes by.
   *
   * @param options win over those of the files
   * @param kafka address of the broker
   * @param endpoint of the model server
   * @throws IllegalArgumentException where the options name a server, with a sentence
   */
  static Configuration of(
      Project project, Map<String, String> options, String kafka, String endpoint) {
    Configuration all = ConfigurationFile.read(project.options());
    all.addAll(ofTheDemo());
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

  private static Configuration ofTheDemo() {
    try (InputStream yaml = DemoOptions.class.getResourceAsStream(RESOURCE)) {
      return ConfigurationFile.parse(RESOURCE, new String(yaml.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes them for commands that want to reach the run. */
  static void write(Configuration all, Path file) throws IOException {
    StringBuilder yaml =
        new StringBuilder("# The options of the run whose files lie here; made by ./craft demo.\n");
    new TreeMap<>(all.toMap())
        .forEach(
            (key, value) ->
                yaml.append(key).append(": '").append(value.replace("'", "''")).append("'\n"));
    Files.writeString(file, yaml);
  }
}
