package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelCheckpointParserTest {

  private static final ModelCheckpointParser JSON =
      new ModelCheckpointParser(WireFormat.JSON, RecordLimits.DEFAULT);
  private static final String CRAFT = "{\"model_name\":\"llama\",\"contract\":\"CONTRACT_CRAFT\"}";

  private static OriginalRecord record(String key, String json) {
    return new OriginalRecord(
        new Origin("model-checkpoints", 0, 6),
        key == null ? null : key.getBytes(UTF_8),
        json == null ? null : json.getBytes(UTF_8));
  }

  private static ModelCheckpointEvent event(String key, String json) {
    Parsed<ModelCheckpointEvent> parsed = JSON.parse(record(key, json));
    assertThat(parsed).isInstanceOf(Parsed.Event.class);
    return ((Parsed.Event<ModelCheckpointEvent>) parsed).event();
  }

  private static String announcement(String fields) {
    return "{\"checkpoint_id\":\"c\",\"announcement\":{" + fields + "}}";
  }

  private static String serving(String fields) {
    return announcement("\"role\":\"ROLE_INITIAL\",\"serving\":{" + fields + "}");
  }

  @Test
  void givenAnInitialCheckpoint_whenParsed_thenItsModelTimeIsItsOffsetPlusOne() {
    ModelCheckpointEvent event =
        event("c", announcement("\"role\":\"ROLE_INITIAL\",\"serving\":" + CRAFT));
    assertThat(event.modelTime()).isEqualTo(7);
    assertThat(event.original().origin().offset()).isEqualTo(6);
    assertThat(event.announced())
        .isEqualTo(
            new ModelCheckpoint(
                "c", 7, Role.INITIAL, "", new Serving("llama", "", Contract.CRAFT, "", "", "")));
  }

  @ParameterizedTest
  @EnumSource(Contract.class)
  void givenAnEmbeddingModel_whenParsed_thenItStandsBesideEachContract(Contract contract) {
    ModelCheckpointEvent event =
        event(
            null,
            announcement(
                """
                "role": "ROLE_INITIAL",
                "serving": {"model_name": "m", "contract": "CONTRACT_%s", "embedding_model_name": "e"}
                """
                    .formatted(contract)));
    assertThat(event.announced().serving()).isEqualTo(new Serving("m", "", contract, "e", "", ""));
  }

  @Test
  void givenARehearsalCheckpointBehindVllm_whenParsed_thenEverythingIsThere() {
    ModelCheckpointEvent event =
        event(
            null,
            announcement(
                """
                "role": "ROLE_REHEARSAL", "base_checkpoint_id": "base",
                "serving": {"model_name": "llama", "model_version": "2",
                  "contract": "CONTRACT_VLLM", "embedding_model_name": "minilm",
                  "embedding_model_version": "1", "adapter_name": "rehearsal-1"}
                """));
    assertThat(event.announced())
        .isEqualTo(
            new ModelCheckpoint(
                "c",
                7,
                Role.REHEARSAL,
                "base",
                new Serving("llama", "2", Contract.VLLM, "minilm", "1", "rehearsal-1")));
  }

  @Test
  void givenARetirement_whenParsed_thenNothingIsAnnounced() {
    ModelCheckpointEvent event = event("c", "{\"checkpoint_id\":\"c\",\"retirement\":{}}");
    assertThat(event.checkpointId()).isEqualTo("c");
    assertThat(event.announced()).isNull();
  }

  private static Arguments bad(String name, String key, String json, String... sentenceHas) {
    return Arguments.of(name, key, json, List.of(sentenceHas));
  }

  static Stream<Arguments> invalidRecords() {
    return Stream.of(
        bad("tombstone", "c", null, "no value", "announcement or a retirement"),
        bad("no id", null, "{\"retirement\":{}}", "checkpoint_id is missing"),
        bad(
            "another key",
            "d",
            "{\"checkpoint_id\":\"c\",\"retirement\":{}}",
            "The key is \"d\", but checkpoint_id is \"c\""),
        bad(
            "no change",
            "c",
            "{\"checkpoint_id\":\"c\"}",
            "exactly one of announcement and retirement"),
        bad(
            "both changes",
            "c",
            "{\"checkpoint_id\":\"c\",\"retirement\":{},\"announcement\":{}}",
            "both given"),
        bad(
            "no role",
            "c",
            announcement("\"serving\":" + CRAFT),
            "announcement.role is missing; allowed are ROLE_INITIAL, ROLE_REHEARSAL, ROLE_TUNED"),
        bad(
            "unknown role",
            "c",
            announcement("\"role\":\"ROLE_BASE\""),
            "announcement.role is the string \"ROLE_BASE\""),
        bad(
            "INITIAL with a base",
            "c",
            announcement(
                "\"role\":\"ROLE_INITIAL\",\"base_checkpoint_id\":\"b\",\"serving\":" + CRAFT),
            "announcement.base_checkpoint_id is \"b\"",
            "ROLE_INITIAL"),
        bad(
            "TUNED without a base",
            "c",
            announcement("\"role\":\"ROLE_TUNED\",\"serving\":" + CRAFT),
            "announcement.base_checkpoint_id is missing"),
        bad(
            "its own base",
            "c",
            announcement(
                "\"role\":\"ROLE_TUNED\",\"base_checkpoint_id\":\"c\",\"serving\":" + CRAFT),
            "the checkpoint itself"),
        bad(
            "no serving",
            "c",
            announcement("\"role\":\"ROLE_INITIAL\""),
            "announcement.serving.model_name is missing"),
        bad(
            "no contract",
            "c",
            serving("\"model_name\":\"m\""),
            "announcement.serving.contract is missing; allowed are CONTRACT_CRAFT, CONTRACT_VLLM, CONTRACT_LLMAPI"),
        bad(
            "a version that is no number",
            "c",
            serving(
                "\"model_name\":\"m\",\"model_version\":\"latest\",\"contract\":\"CONTRACT_CRAFT\""),
            "announcement.serving.model_version is \"latest\"; a whole number from 1"),
        bad(
            "vLLM without embeddings",
            "c",
            serving("\"model_name\":\"m\",\"contract\":\"CONTRACT_VLLM\""),
            "announcement.serving.embedding_model_name is missing"),
        bad(
            "llmapi without embeddings",
            "c",
            serving("\"model_name\":\"m\",\"contract\":\"CONTRACT_LLMAPI\""),
            "announcement.serving.embedding_model_name is missing"),
        bad(
            "CRAFT with a version of no embedding model",
            "c",
            serving(
                "\"model_name\":\"m\",\"contract\":\"CONTRACT_CRAFT\",\"embedding_model_version\":\"1\""),
            "announcement.serving.embedding_model_version is \"1\"",
            "no embedding model is named"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("invalidRecords")
  void givenAnInvalidRecord_whenParsed_thenTheDeadLetterSaysWhy(
      String name, String key, String json, List<String> sentenceHas) {
    Parsed<ModelCheckpointEvent> parsed = JSON.parse(record(key, json));
    assertThat(parsed).as(name).isInstanceOf(Parsed.Rejected.class);
    DeadLetter deadLetter = ((Parsed.Rejected<ModelCheckpointEvent>) parsed).deadLetter();
    assertThat(deadLetter.reason()).isEqualTo(Reason.INVALID);
    assertThat(deadLetter.explanation()).contains(sentenceHas).endsWith(".");
    assertThat(deadLetter.questionId()).isEmpty();
  }

  @Test
  void givenABadAnnouncementOfAGoodId_whenParsed_thenTheDeadLetterNamesTheCheckpoint() {
    Parsed<ModelCheckpointEvent> parsed =
        JSON.parse(record("c", announcement("\"role\":\"ROLE_INITIAL\"")));
    assertThat(((Parsed.Rejected<ModelCheckpointEvent>) parsed).deadLetter().checkpointId())
        .isEqualTo("c");
  }
}
