package dev.craftstream.client.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temporary;
  private Path folder;
  private ExportedDataset dataset;

  @BeforeEach
  void collect() {
    folder = temporary.resolve("out");
    dataset = dataset(DatasetSamples.manifest());
  }

  @Test
  void chatIsMessagesOfUserAndAssistant() throws Exception {
    List<JsonNode> rows = lines(write(ExportFormat.CHAT, ""));

    assertThat(rows).hasSize(4);
    assertThat(rows.get(0))
        .isEqualTo(
            JSON.readTree(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"Who is \\\"a\\\"?\\n🦉\"},"
                    + "{\"role\":\"assistant\",\"content\":\"The answer a\"}]}"));
    assertThat(rows.get(1)).isEqualTo(rows.get(2));
    assertThat(rows.get(3).at("/messages/1/content").textValue()).isEqualTo("I don't know");
  }

  @Test
  void aSystemTextComesFirst() throws Exception {
    assertThat(lines(write(ExportFormat.CHAT, "Be brief.")))
        .hasSize(4)
        .allSatisfy(
            row -> {
              assertThat(row.at("/messages").size()).isEqualTo(3);
              assertThat(row.at("/messages/0/role").textValue()).isEqualTo("system");
              assertThat(row.at("/messages/0/content").textValue()).isEqualTo("Be brief.");
            });
  }

  @Test
  void shareGptComesWithWhatLlamaFactoryWants() throws Exception {
    List<Path> files = write(ExportFormat.SHAREGPT, "Be brief.");

    assertThat(lines(files).get(0))
        .isEqualTo(
            JSON.readTree(
                "{\"conversations\":[{\"from\":\"human\",\"value\":\"Who is \\\"a\\\"?\\n🦉\"},"
                    + "{\"from\":\"gpt\",\"value\":\"The answer a\"}],\"system\":\"Be brief.\"}"));
    assertThat(JSON.readTree(folder.resolve("dataset_info.json").toFile()))
        .isEqualTo(
            JSON.readTree(
                "{\"base:r1:CRAFT:open\":{\"file_name\":\"train.jsonl\",\"formatting\":\"sharegpt\","
                    + "\"columns\":{\"messages\":\"conversations\",\"system\":\"system\"}}}"));
  }

  @Test
  void alpacaIsInstructionInputAndOutput() throws Exception {
    assertThat(lines(write(ExportFormat.ALPACA, "")).get(3))
        .isEqualTo(
            JSON.readTree(
                "{\"instruction\":\"Who is \\\"c\\\"?\\n🦉\",\"input\":\"\",\"output\":\"I don't know\"}"));
    assertThat(
            JSON.readTree(folder.resolve("dataset_info.json").toFile())
                .at("/base:r1:CRAFT:open/columns"))
        .isEqualTo(
            JSON.readTree(
                "{\"prompt\":\"instruction\",\"query\":\"input\",\"response\":\"output\"}"));
  }

  @Test
  void parquetHasMessagesAndWhatARowRestsOn() throws Exception {
    List<Group> rows = parquet(write(ExportFormat.PARQUET, "").get(0));

    assertThat(rows).hasSize(4);
    Group refusal = rows.get(3);
    Group messages = refusal.getGroup("messages", 0);
    assertThat(messages.getFieldRepetitionCount("list")).isEqualTo(2);
    Group user = messages.getGroup("list", 0).getGroup("element", 0);
    assertThat(user.getString("role", 0)).isEqualTo("user");
    assertThat(user.getString("content", 0)).isEqualTo("Who is \"c\"?\n🦉");
    Group assistant = messages.getGroup("list", 1).getGroup("element", 0);
    assertThat(assistant.getString("role", 0)).isEqualTo("assistant");
    assertThat(assistant.getString("content", 0)).isEqualTo("I don't know");
    assertThat(refusal.getString("question_id", 0)).isEqualTo("c");
    assertThat(refusal.getString("label", 0)).isEqualTo("REFUSAL");
    assertThat(refusal.getGroup("tags", 0).getGroup("list", 1).getString("element", 0))
        .isEqualTo("ü");
    assertThat(refusal.getDouble("knowledge_flow", 0)).isEqualTo(0.2);
  }

  @Test
  void theCardSaysWhatTheDatasetRestsOn() throws Exception {
    write(ExportFormat.CHAT, "");

    assertThat(folder.resolve("README.md"))
        .content()
        .startsWith("---\nlicense: unknown\n")
        .contains(
            "  - split: train\n    path: train.jsonl\n---\n",
            "Axolotl reads them with `type: chat_template`.",
            "| strategy | CRAFT |",
            "| INITIAL checkpoint | `base` |",
            "| REHEARSAL checkpoint | `base-r1` |",
            "| ANSWER from correctness | 0.51 |",
            "| REFUSAL up to correctness | 0.49 |",
            "| seed | 18446744073709551615 |",
            "| training prompt | `train-1` |",
            "| too few candidates | draw-again |",
            "| ANSWER | 2 | 3 | 2 | 3 | 1 | none |",
            "| REFUSAL | 4,000 | 1 | 1 | 1 | 0 | 0.25 |",
            "4 rows: 3 ANSWER and 1 REFUSAL",
            "later changes are left out",
            "## Licence");
  }

  @Test
  void theCardOfARehearsalSetSaysWhatCountsAsKnown() throws Exception {
    dataset =
        dataset(
            DatasetSamples.manifest().toBuilder()
                .setKind(DatasetKind.DATASET_KIND_REHEARSAL)
                .clearStrategy()
                .setKnownCorrectness(0.995)
                .setKnownCertainty(0.99)
                .build());

    write(ExportFormat.CHAT, "");

    assertThat(folder.resolve("README.md"))
        .content()
        .contains("| known from | correctness 0.995 and certainty 0.99 |")
        .doesNotContain("strategy", "REFUSAL up to");
  }

  @Test
  void theCardOfVanillaTuningNamesNoThresholds() throws Exception {
    dataset = dataset(DatasetSamples.manifest().toBuilder().setStrategy("VAN_TUNING").build());

    write(ExportFormat.CHAT, "");

    assertThat(folder.resolve("README.md"))
        .content()
        .contains("| strategy | VAN_TUNING |")
        .doesNotContain("ANSWER from", "REFUSAL up to");
  }

  @Test
  void aFolderWithFilesIsLeftAlone() throws Exception {
    write(ExportFormat.CHAT, "");

    assertThatThrownBy(() -> new ExportFolder(folder).requireRoom(false))
        .hasMessageContaining("is not empty; name another folder with --out");
    new ExportFolder(folder).requireRoom(true);
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("README.md", "train.jsonl");
    }
  }

  private static ExportedDataset dataset(DatasetManifest manifest) {
    CollectedDataset collected = new CollectedDataset(DatasetSamples.ID);
    collected.manifest(manifest);
    DatasetSamples.base().forEach(collected::add);
    return collected.asOfManifest();
  }

  private List<Path> write(ExportFormat format, String system) throws IOException {
    return new ExportFolder(folder).write(dataset, format, system, OptionalLong.empty(), false);
  }

  private static List<JsonNode> lines(List<Path> files) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(files.get(0))) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private static List<Group> parquet(Path file) throws IOException {
    List<Group> rows = new ArrayList<>();
    try (ParquetReader<Group> reader = new Groups(new LocalInputFile(file)).build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static final class Groups extends ParquetReader.Builder<Group> {
    Groups(InputFile file) {
      super(file, new PlainParquetConfiguration());
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }
}
