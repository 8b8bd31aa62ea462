package dev.craftstream.client.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.craftstream.v1.CertaintyKind;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final RowStyle TEXT = new RowStyle("", false, "I don't know", false);
  private static final RowStyle MESSAGES = new RowStyle("", true, "I don't know", false);

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
    assertThat(refusal.getDouble("sureness", 0)).isEqualTo(0.875);
    assertThat(refusal.getDouble("rise_probability", 0)).isEqualTo(0.75);
    assertThat(refusal.getFieldRepetitionCount("fall_probability")).isZero();
  }

  @Test
  void promptsAndCompletionsAreTextsForAModelThatGoesOnWithAText() throws Exception {
    List<JsonNode> rows = lines(write(ExportFormat.COMPLETION, TEXT));

    assertThat(rows)
        .hasSize(4)
        .startsWith(
            JSON.readTree(
                "{\"prompt\":\"Who is \\\"a\\\"?\\n🦉\",\"completion\":\" The answer a\"}"))
        .endsWith(
            JSON.readTree(
                "{\"prompt\":\"Who is \\\"c\\\"?\\n🦉\",\"completion\":\" I don't know\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"Answer: \"  | \"Answer:\"   | \" B\"",
        "\"Answer:\"   | \"Answer:\"   | \" B\"",
        "\"Answer:\n\" | \"Answer:\n\" | \"B\"",
        "\"\"          | \"\"          | \" B\"",
      })
  void aBlankBetweenPromptAndCompletionBelongsToTheCompletion(
      String prompt, String writtenPrompt, String completion) throws Exception {
    dataset =
        new ExportedDataset(
            DatasetSamples.manifest(),
            List.of(
                DatasetSamples.base().get(0).toBuilder()
                    .setPrompt(prompt)
                    .setResponse("B")
                    .build()),
            ExportedDataset.Changes.NONE);

    JsonNode row = lines(write(ExportFormat.COMPLETION, TEXT)).get(0);

    assertThat(row.get("prompt").textValue()).isEqualTo(writtenPrompt);
    assertThat(row.get("completion").textValue()).isEqualTo(completion);
  }

  @Test
  void promptsAndCompletionsAreMessagesForAChatModel() throws Exception {
    assertThat(lines(write(ExportFormat.COMPLETION, RowStyle.messages("Be brief."))).get(0))
        .isEqualTo(
            JSON.readTree(
                "{\"prompt\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                    + "{\"role\":\"user\",\"content\":\"Who is \\\"a\\\"?\\n🦉\"}],"
                    + "\"completion\":[{\"role\":\"assistant\",\"content\":\"The answer a\"}]}"));
  }

  @Test
  void everyResponseIsDesirableAndARefusalOfWhatIsToBeAnsweredIsNot() throws Exception {
    List<JsonNode> rows = lines(write(ExportFormat.KTO, TEXT));

    assertThat(rows)
        .extracting(
            row -> row.get("prompt").textValue().charAt(8),
            row -> row.get("completion").textValue(),
            row -> row.get("label").booleanValue())
        .containsExactly(
            tuple('a', " The answer a", true),
            tuple('a', " I don't know", false),
            tuple('b', " The answer b", true),
            tuple('b', " I don't know", false),
            tuple('b', " The answer b", true),
            tuple('b', " I don't know", false),
            tuple('c', " I don't know", true));
    assertThat(folder.resolve("README.md"))
        .content()
        .contains("4 desirable completions", "and 3 undesirable ones");
  }

  @Test
  void anAnswerIsPreferredToTheRefusalAndARefusalToNothing() throws Exception {
    List<JsonNode> rows = lines(write(ExportFormat.PREFERENCE, MESSAGES));

    assertThat(rows).hasSize(3);
    assertThat(rows.get(0))
        .isEqualTo(
            JSON.readTree(
                "{\"prompt\":[{\"role\":\"user\",\"content\":\"Who is \\\"a\\\"?\\n🦉\"}],"
                    + "\"chosen\":[{\"role\":\"assistant\",\"content\":\"The answer a\"}],"
                    + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"I don't know\"}]}"));
    assertThat(folder.resolve("README.md"))
        .content()
        .contains("3 pairs", "size_categories:\n- n<1K", "train on the responses, too");
  }

  @Test
  void aGoldAnswerThatReadsLikeTheRefusalIsNotHeldAgainstIt() throws Exception {
    RowStyle style = new RowStyle("", false, "The answer a", false);

    assertThat(lines(write(ExportFormat.PREFERENCE, style))).hasSize(2);
    assertThat(lines(write(ExportFormat.KTO, style))).hasSize(6);
  }

  @Test
  void weightsFollowCertaintyWithAMeanOfOneOverEitherLabel() throws Exception {
    dataset = certainties(0.9, 0.5, 0.5, 0.1);

    List<JsonNode> rows = lines(write(ExportFormat.KTO, new RowStyle("", false, "No", true)));
    List<Group> parquet =
        parquet(write(ExportFormat.PARQUET, new RowStyle("", true, "", true)).get(0));

    // Of ANSWER a is the surest, then b and c alike, then d; of REFUSAL it is the other way round.
    assertThat(rows)
        .filteredOn(row -> row.get("label").booleanValue())
        .extracting(row -> row.get("weight").doubleValue())
        .containsExactly(1.75, 1.0, 1.0, 0.25, 0.25, 1.0, 1.0, 1.75);
    assertThat(rows)
        .filteredOn(row -> !row.get("label").booleanValue())
        .extracting(row -> row.get("weight").doubleValue())
        .containsExactly(1.75, 1.0, 1.0, 0.25);
    assertThat(parquet.get(0).getDouble("weight", 0)).isEqualTo(1.75);
    assertThat(folder.resolve("README.md")).content().contains("Its mean is 1 over either label.");
  }

  @Test
  void certaintiesOfSeveralKindsOrNoneAreNotRanked() {
    RowStyle weighted = new RowStyle("", true, "", true);
    List<DatasetRecord> rows = new ArrayList<>(certainties(0.9, 0.5).rows());
    rows.set(0, kind(rows.get(0), CertaintyKind.CERTAINTY_KIND_SEMANTIC_ENTROPY));
    dataset = new ExportedDataset(DatasetSamples.manifest(), rows, ExportedDataset.Changes.NONE);
    assertThatThrownBy(() -> write(ExportFormat.CHAT, weighted))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("several kinds (SEMANTIC_ENTROPY, EMBEDDING_SIMILARITY)")
        .hasMessageContaining("leave out --weights");

    rows.replaceAll(row -> kind(row, CertaintyKind.CERTAINTY_KIND_NONE));
    dataset = new ExportedDataset(DatasetSamples.manifest(), rows, ExportedDataset.Changes.NONE);
    assertThatThrownBy(() -> write(ExportFormat.PARQUET, weighted))
        .hasMessageContaining("no certainty that they could be weighed by");
    assertThat(folder).isEmptyDirectory();
  }

  /** ANSWER rows with these certainties, then REFUSAL rows with the same. */
  private static ExportedDataset certainties(double... certainties) {
    List<DatasetRecord> rows = new ArrayList<>();
    for (Label label : List.of(Label.LABEL_ANSWER, Label.LABEL_REFUSAL)) {
      for (double certainty : certainties) {
        DatasetRecord.Builder row =
            DatasetSamples.base().get(1).toBuilder()
                .setLabel(label)
                .setQuestionId("q" + rows.size());
        row.getBasisBuilder().setInitialCertainty(certainty);
        rows.add(kind(row.build(), CertaintyKind.CERTAINTY_KIND_EMBEDDING_SIMILARITY));
      }
    }
    return new ExportedDataset(DatasetSamples.manifest(), rows, ExportedDataset.Changes.NONE);
  }

  private static DatasetRecord kind(DatasetRecord row, CertaintyKind kind) {
    DatasetRecord.Builder changed = row.toBuilder();
    changed.getBasisBuilder().setCertaintyKind(kind);
    return changed.build();
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
            "| sureness of the label from | 0.875 |",
            "| seed | 18446744073709551615 |",
            "| training prompt | `train-1` |",
            "| too few candidates | draw-again |",
            "| ANSWER | 2 | 3 | 2 | 3 | 1 | 7 | none |",
            "| REFUSAL | 4,000 | 1 | 1 | 1 | 0 | 0 | 0.25 |",
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
    return write(format, RowStyle.messages(system));
  }

  private List<Path> write(ExportFormat format, RowStyle style) throws IOException {
    return new ExportFolder(folder).write(dataset, format, style, OptionalLong.empty(), false);
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
