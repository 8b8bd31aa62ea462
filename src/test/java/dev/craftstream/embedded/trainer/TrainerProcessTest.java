package dev.craftstream.embedded.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.client.Terminal;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.EmbeddedOptions;
import dev.craftstream.embedded.Project;
import dev.craftstream.model.label.Strategy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class TrainerProcessTest {
  @TempDir Path folder;

  private final Project project = Project.here();

  @Test
  void itIsStartedWithTheRunsOptionsAndTheUsersOwn() throws Exception {
    Path python = python("echo \"12:34:56  $*\"; cat > /dev/null");
    TrainerOptions options =
        options(
            List.of(
                TrainingRule.rehearsal("{initial}-rehearsal"),
                new TrainingRule(
                    Strategy.CRAFT, "half-", List.of(1, 2), "{dataset}-{seed}", Map.of("rank", 4))),
            Map.of("tuning.epochs", "5"));

    try (TrainerProcess trainer = TrainerProcess.start(project, python, options)) {
      String file = folder.resolve("work/options.yaml").toString();
      assertThat(awaitNews(trainer, 1))
          .containsExactly(
              "-u -m craft_trainer run --end-with-stdin --config " + file + " -D tuning.epochs=5");
      JsonObject written =
          JsonParser.parseString(Files.readString(Path.of(file))).getAsJsonObject();
      assertThat(written.getAsJsonObject("kafka").get("bootstrap-servers").getAsString())
          .isEqualTo("localhost:9092");
      assertThat(written.getAsJsonObject("triton").get("repository").getAsString())
          .isEqualTo("/models");
      assertThat(written.getAsJsonObject("tuning").get("prompt").getAsString())
          .as("the template that evaluations ask with")
          .isEqualTo("<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n");
      JsonArray rules = written.getAsJsonArray("train");
      assertThat(rules.get(0).getAsJsonObject().get("kind").getAsString()).isEqualTo("REHEARSAL");
      assertThat(rules.get(0).getAsJsonObject().get("request-prefix").isJsonNull()).isTrue();
      assertThat(rules.get(1).toString())
          .isEqualTo(
              "{\"kind\":\"TRAINING\",\"strategy\":\"CRAFT\",\"request-prefix\":\"half-\",\"seeds\":[1,2],"
                  + "\"checkpoint-id\":\"{dataset}-{seed}\",\"hyper-parameters\":{\"rank\":4}}");
    }
  }

  @Test
  void whereItEndsItIsStartedAgainUntilThatIsTooOften() throws Exception {
    Path python = python("echo 'It went wrong.'; exit 3");

    try (TrainerProcess trainer =
        TrainerProcess.start(project, python, options(List.of(), Map.of()))) {
      for (int i = 0; i < 3; i++) {
        await().until(trainer::restartWhereEnded);
      }
      await()
          .untilAsserted(
              () ->
                  assertThatIOException()
                      .isThrownBy(trainer::restartWhereEnded)
                      .withMessageContaining("status 3, after 3 restarts")
                      .withMessageContaining("It went wrong."));
      assertThat(trainer.news()).as("of all its lives").hasSize(4);
    }
  }

  @Test
  void aFailureIsTold() {
    assertThat(TrainerProcess.failure("FAILED turn-1-craft: No.")).isEqualTo("turn-1-craft: No.");
    assertThat(TrainerProcess.failure("Reading craft-2")).isNull();
  }

  @Test
  void anInterpreterThatIsNoneIsRefused() {
    Terminal terminal = Terminal.of(new PrintWriter(new StringWriter()));
    assertThatIOException()
        .isThrownBy(
            () ->
                TrainerPython.prepare(
                    project, Map.of(TrainerPython.VARIABLE, "/no/such/python"), terminal))
        .withMessageStartingWith("CRAFT_TRAINER_PYTHON is /no/such/python, which is no program.");
  }

  @Test
  void aCopyOfTheModelsHasNoAdaptersButItsOwn() throws Exception {
    Path repository = folder.resolve("models");
    ModelFiles models = ModelFiles.copy(project, repository);

    assertThat(repository.resolve("smollm2/1/model.py")).exists();
    assertThat(repository.resolve("craft_serving/slots.py")).exists();
    assertThat(repository.resolve("minilm/config.pbtxt")).exists();
    assertThat(models.adapters()).isEmpty();

    Path adapters = Files.createDirectories(repository.resolve("smollm2/1/adapters"));
    Files.writeString(adapters.resolve("turn-1-craft.gguf"), "weights");
    Files.writeString(adapters.resolve("turn-1-craft.json"), "{}");
    ModelFiles again = ModelFiles.copy(project, repository);
    assertThat(again.adapters()).containsExactly("turn-1-craft");

    again.remove("turn-1-craft");
    assertThat(adapters).isEmptyDirectory();
  }

  private TrainerOptions options(List<TrainingRule> rules, Map<String, String> more) {
    CurationSettings job =
        EmbeddedOptions.settings(
            project, List.of(EmbeddedOptions.DEMO), Map.of("training.chat-template", "CHATML"));
    return new TrainerOptions(
        job, "localhost:8001", Path.of("/models"), folder.resolve("work"), null, rules, more);
  }

  private Path python(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private static List<String> awaitNews(TrainerProcess trainer, int lines) {
    List<String> all = new ArrayList<>();
    await()
        .until(
            () -> {
              all.addAll(trainer.news());
              return all.size() >= lines;
            });
    return all;
  }
}
