package dev.craftstream.embedded.circle;

import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.EmbeddedOptions;
import dev.craftstream.embedded.Project;
import dev.craftstream.model.Question;
import dev.craftstream.model.label.Strategy;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * What a circle is to do.
 *
 * @param turns how many times around, at least one
 * @param stops whether it stops where a turn did not help
 * @param strategies whose datasets are trained on, the one first whose model goes on; at least one
 * @param questions to train on and to evaluate with
 * @param baseModel GGUF file of the language model; null for SmolLM2
 * @param options the job's, by the user
 * @param trainerOptions the trainer's, by the user
 * @param webPort of Flink's web UI
 * @param kafkaPort of the broker
 */
public record CircleSetUp(
    int turns,
    boolean stops,
    List<Strategy> strategies,
    List<Question> questions,
    Path baseModel,
    Map<String, String> options,
    Map<String, String> trainerOptions,
    int webPort,
    int kafkaPort) {
  private static final String STRATEGIES = "datasets.strategies";

  static final List<String> RESOURCES = List.of(EmbeddedOptions.DEMO, "/circle/options.yaml");

  public CircleSetUp {
    strategies = List.copyOf(new LinkedHashSet<>(strategies));
    questions = List.copyOf(questions);
    options = Map.copyOf(options);
    trainerOptions = Map.copyOf(trainerOptions);
  }

  /**
   * What the job will go by, but for the addresses of its servers.
   *
   * @throws IllegalArgumentException where an option is wrong, with a sentence
   */
  public static CurationSettings settings(Project project, Map<String, String> options) {
    return EmbeddedOptions.settings(project, RESOURCES, options);
  }

  /**
   * Fails where the job makes no datasets of a strategy that is to be trained.
   *
   * @throws IllegalArgumentException with a sentence
   */
  public void check(CurationSettings job) {
    for (Strategy strategy : strategies) {
      if (!job.datasets().strategies().contains(strategy)) {
        throw new IllegalArgumentException(
            "The job makes no datasets of %s; name it in -D%s, too."
                .formatted(strategy, STRATEGIES));
      }
    }
  }
}
