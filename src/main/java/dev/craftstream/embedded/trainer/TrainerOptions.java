package dev.craftstream.embedded.trainer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.craftstream.config.CurationSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the trainer of an embedded run goes by.
 *
 * @param job the job's settings: the broker, the topics, and the prompt that evaluations ask with
 * @param triton address of the model server
 * @param repository its model repository
 * @param workFolder for journals, datasets and training checkpoints
 * @param baseModel the weights to train on; null for those of the package that the server has them
 *     from
 * @param rules which datasets are trained on
 * @param more the user's options, such as {@code tuning.epochs}, which win
 */
public record TrainerOptions(
    CurationSettings job,
    String triton,
    Path repository,
    Path workFolder,
    Path baseModel,
    List<TrainingRule> rules,
    Map<String, String> more) {
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

  public TrainerOptions {
    rules = List.copyOf(rules);
    more = Map.copyOf(more);
  }

  /** Writes them as the trainer's file of options: JSON, which is YAML. */
  void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, JSON.toJson(all()) + "\n");
  }

  private Map<String, Object> all() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(
        "kafka",
        Map.of(
            "bootstrap-servers", job.kafka().bootstrapServers(),
            "topic-prefix", job.kafka().topics().prefix(),
            "format", job.kafka().format().name()));
    all.put("triton", Map.of("address", triton, "repository", repository.toString()));
    all.put("base-model", baseModel == null ? "" : baseModel.toString());
    all.put("work-folder", workFolder.toString());
    all.put("train", rules.stream().map(TrainingRule::option).toList());
    // What is trained is what evaluations ask: the same template around the prompt.
    all.put("tuning", Map.of("prompt", job.trainingPrompt().frame().around("{prompt}")));
    return all;
  }
}
