package dev.craftstream.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What one embedded run differs in from another.
 *
 * @param modelRepository the folder of the models that Triton serves
 * @param serverEnvironment environment variables of Triton and its models
 * @param brokerSettings more settings of Kafka's for the broker
 * @param resources files of options on the class path, which win over the shipped ones; the later
 *     over the earlier
 * @param options the user's, which win over all
 * @param webPort of Flink's web UI
 * @param kafkaPort of the broker; 0 for a free one
 */
public record RunSetUp(
    Path modelRepository,
    Map<String, String> serverEnvironment,
    Map<String, String> brokerSettings,
    List<String> resources,
    Map<String, String> options,
    int webPort,
    int kafkaPort) {
  /** Triton's name of the language model. */
  public static final String MODEL = "smollm2";

  /** Broker settings of a run that goes on later: what it wrote and did not commit has to stay. */
  public static final Map<String, String> RESUMABLE_BROKER =
      Map.of("transaction.max.timeout.ms", String.valueOf(Duration.ofDays(24).toMillis()));

  static final String EMBEDDING_MODEL = "minilm";

  public RunSetUp {
    serverEnvironment = Map.copyOf(serverEnvironment);
    brokerSettings = Map.copyOf(brokerSettings);
    resources = List.copyOf(resources);
    options = Map.copyOf(options);
  }
}
