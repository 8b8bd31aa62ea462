package dev.craftstream.client.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Exported rows in TRL's own trainers, which load them and take a few steps with a tiny model. The
 * rows themselves are in {@link ExportFolderTest}.
 */
@Tag("integration")
@EnabledIfEnvironmentVariable(
    named = TrlRowsTest.PYTHON,
    matches = ".+",
    disabledReason = "CRAFT_TRL_PYTHON names no Python interpreter that has trl and datasets")
class TrlRowsTest {
  static final String PYTHON = "CRAFT_TRL_PYTHON";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sftLearnsTheCompletionsAlone(boolean messages) throws Exception {
    JsonNode trained = train("sft", ExportFormat.COMPLETION, messages);

    assertThat(trained.get("rows").intValue()).isEqualTo(4);
    assertThat(trained.get("learnt").textValue())
        .isEqualTo(messages ? "The answer a</s>" : " The answer a</s>");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ktoTakesDesirableAndUndesirableCompletions(boolean messages) throws Exception {
    assertThat(train("kto", ExportFormat.KTO, messages).get("rows").intValue()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dpoTakesPairs(boolean messages) throws Exception {
    assertThat(train("dpo", ExportFormat.PREFERENCE, messages).get("rows").intValue()).isEqualTo(3);
  }

  private JsonNode train(String trainer, ExportFormat format, boolean messages) throws Exception {
    CollectedDataset collected = new CollectedDataset(DatasetSamples.ID);
    collected.manifest(DatasetSamples.manifest());
    DatasetSamples.base().forEach(collected::add);
    Path rows = folder.resolve("train.jsonl");
    RowStyle style = new RowStyle(messages ? "Be brief." : "", messages, "I don't know", true);
    format.write(collected.asOfManifest(), style, rows);

    JsonNode trained =
        new ObjectMapper().readTree(run("src/test/trl/train.py", trainer, rows.toString()));
    assertThat(trained.get("steps").intValue()).isEqualTo(3);
    assertThat(trained.get("loss").doubleValue()).isFinite();
    return trained;
  }

  /** The last line that the program prints. */
  private String run(String program, String... arguments) throws Exception {
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(System.getenv(PYTHON), program).redirectError(log.toFile());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("HF_HUB_OFFLINE", "1");
    builder.environment().put("HF_DATASETS_CACHE", folder.resolve("cache").toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    List<String> lines = process.inputReader(UTF_8).lines().toList();
    assertThat(process.waitFor()).as(() -> read(log)).isZero();
    return lines.get(lines.size() - 1);
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
