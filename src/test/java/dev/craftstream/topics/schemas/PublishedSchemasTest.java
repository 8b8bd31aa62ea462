package dev.craftstream.topics.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.Documentation;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Replay;
import dev.craftstream.model.dataset.DatasetRecord.Mark;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Label;
import dev.craftstream.testing.SchemaChecks;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordSamples;
import dev.craftstream.topics.records.TopicSchema;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The files in {@code docs/reference/schemas} are made of the schemas; {@code mvn test
 * -Dtest=PublishedSchemasTest -Ddocs.update=true} writes them anew. Whole jobs' records are held
 * against them by {@code RunningJob}.
 */
class PublishedSchemasTest {
  private static final Path FOLDER = Path.of("docs/reference/schemas");
  private static final RecordEncoder ENCODER = new RecordEncoder(WireFormat.JSON);

  @Test
  void theFilesAreMadeOfTheSchemas() throws IOException {
    Map<String, String> texts = PublishedSchemas.texts();
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Documentation.assertGenerated(FOLDER.resolve(text.getKey()), text.getValue());
    }
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(texts.keySet());
    }
  }

  @Test
  void theyAreWrittenWithTheDescriptorsAndTheirComments(@TempDir Path folder) throws IOException {
    PublishedSchemas.write(folder.resolve("new"));
    FileDescriptorSet files =
        FileDescriptorSet.parseFrom(Files.readAllBytes(folder.resolve("new/craftstream.v1.binpb")));
    assertThat(files.getFileList())
        .flatExtracting(FileDescriptorProto::getMessageTypeList)
        .extracting(DescriptorProto::getName)
        .contains("QuestionEvent", "DeadLetter");
    assertThat(files.getFileList())
        .allSatisfy(file -> assertThat(file.getSourceCodeInfo().getLocationCount()).isPositive());
    assertThat(folder.resolve("new/asyncapi.json"))
        .hasContent(PublishedSchemas.texts().get("asyncapi.json"));
  }

  // What is written is as they say.

  @Test
  void whatTheJobWritesIsValid() {
    List<EncodedRecord> instructions = new ArrayList<>();
    for (Label label : Label.values()) {
      instructions.add(
          ENCODER.instruction(
              RecordSamples.instruction(
                  RecordSamples.OPEN_ENDED, 1, RecordSamples.provisional(label))));
    }
    assertValid(TopicSchema.INSTRUCTIONS, instructions);
    assertValid(
        TopicSchema.KNOWLEDGE,
        Stream.of(
                RecordSamples.UNKNOWN,
                RecordSamples.KNOWN,
                RecordSamples.CHOSEN,
                RecordSamples.REFUSED)
            .map(
                state ->
                    new KnowledgeChange(
                        "q1",
                        RecordSamples.OPEN_ENDED,
                        2,
                        List.of(new CheckpointKnowledge(RecordSamples.INITIAL, state)),
                        RecordSamples.INITIAL.id(),
                        5))
            .map(change -> ENCODER.knowledge(change).orElseThrow())
            .toList());
    assertValid(
        TopicSchema.DATASETS,
        List.of(
            ENCODER.datasetRecord(
                RecordSamples.datasetRecord(
                    RecordSamples.DATASET, Mark.BASE, RecordSamples.provisional(Label.REFUSAL))),
            ENCODER.datasetRecord(
                RecordSamples.datasetRecord(RecordSamples.DATASET, Mark.REMOVED, null))));
    assertValid(
        TopicSchema.DATASET_MANIFESTS,
        List.of(
            ENCODER.datasetManifest(
                RecordSamples.manifest(
                    RecordSamples.DATASET,
                    "",
                    RecordSamples.upTo(0.5, 3, 9),
                    RecordSamples.all(2))),
            ENCODER.datasetManifest(
                RecordSamples.manifest(
                    RecordSamples.REHEARSAL_SET,
                    "There are too few.",
                    RecordSamples.all(0),
                    RecordSamples.all(0)))));
    assertValid(TopicSchema.EVALUATIONS, List.of(ENCODER.evaluation(RecordSamples.EVALUATION)));
    assertValid(
        TopicSchema.DEAD_LETTERS,
        Stream.of(DeadLetter.Reason.values())
            .map(
                reason ->
                    ENCODER.deadLetter(
                        new DeadLetter(
                            reason,
                            "No.",
                            new OriginalRecord(
                                RecordSamples.ORIGIN,
                                null,
                                new byte[] {(byte) 0xff, 0},
                                new Replay(new Origin("questions", 1, 7), 2)),
                            "q1",
                            "base")))
            .toList());
  }

  @Test
  void whatCommandsWriteIsValid() {
    assertValid(
        TopicSchema.QUESTIONS,
        List.of(
            ENCODER.question(
                new QuestionEvent("q1", RecordSamples.OPEN_ENDED, RecordSamples.ORIGIN)),
            ENCODER.question(
                new QuestionEvent("q2", RecordSamples.MULTIPLE_CHOICE, RecordSamples.ORIGIN)),
            ENCODER.question(new QuestionEvent("q1", null, RecordSamples.ORIGIN))));
    assertValid(
        TopicSchema.MODEL_CHECKPOINTS,
        List.of(
            ENCODER.announcement(RecordSamples.INITIAL),
            ENCODER.announcement(RecordSamples.REHEARSAL),
            ENCODER.retirement("base")));
    List<EncodedRecord> requests = new ArrayList<>();
    for (Request request : RecordSamples.REQUESTS) {
      requests.add(ENCODER.request(request));
    }
    assertValid(TopicSchema.REQUESTS, requests);
  }

  private static void assertValid(TopicSchema topic, List<EncodedRecord> records) {
    assertThat(records).isNotEmpty();
    records.forEach(record -> SchemaChecks.assertValid(topic, record.value()));
  }

  /** Each field there is, as proto3 JSON has it; of those that exclude each other one at a time. */
  @ParameterizedTest
  @EnumSource(TopicSchema.class)
  void everyFieldOfAMessageHasItsPlaceInTheSchema(TopicSchema topic) throws IOException {
    Descriptor type = topic.empty().getDescriptorForType();
    for (FieldDescriptor field : type.getFields()) {
      if (!type.getRealOneofs().isEmpty() && field.getRealContainingOneof() == null) {
        continue;
      }
      Message.Builder message = topic.empty().newBuilderForType();
      fill(message, topic);
      set(message, field);
      String json =
          JsonFormat.printer()
              .preservingProtoFieldNames()
              .includingDefaultValueFields(RecordEncoder.alwaysWritten())
              .print(message);
      SchemaChecks.assertValid(topic, json.getBytes(UTF_8));
    }
  }

  private static void fill(Message.Builder message, TopicSchema topic) {
    topic.empty().getDescriptorForType().getFields().stream()
        .filter(field -> field.getRealContainingOneof() == null)
        .forEach(field -> set(message, field));
  }

  private static void set(Message.Builder message, FieldDescriptor field) {
    Object value =
        switch (field.getJavaType()) {
          case STRING -> "text";
          case BOOLEAN -> true;
          case DOUBLE -> 0.5;
          case FLOAT -> 0.5f;
          case INT -> -7;
          case LONG -> -7L;
          case BYTE_STRING -> com.google.protobuf.ByteString.copyFromUtf8("bytes");
          case ENUM -> field.getEnumType().getValues().get(1);
          case MESSAGE -> {
            Message.Builder inner = message.newBuilderForField(field);
            field.getMessageType().getFields().stream()
                .filter(each -> each.getRealContainingOneof() == null)
                .forEach(each -> set(inner, each));
            yield inner.build();
          }
        };
    if (field.isRepeated()) {
      message.clearField(field).addRepeatedField(field, value);
    } else {
      message.setField(field, value);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          QUESTIONS | {"question_id":7,"removal":{}}
          QUESTIONS | {"question_id":"q"}
          QUESTIONS | {"question_id":"q","removal":{},"open_ended":{"question":"Who?","answer":"I"}}
          QUESTIONS | {"question_id":"q","removal":{},"anything":1}
          QUESTIONS | {"question_id":"q","removal":{},"purpose":"PURPOSE_FUN"}
          QUESTIONS | {"question_id":"q","removal":{},"tags":"easy"}
          REQUESTS | {"request_id":"r","dataset":{"seed":"many"}}
          INSTRUCTIONS | {"question_id":"q"}
          INSTRUCTIONS | {"question_id":"q","response":"","revision":"1"}
          DEAD_LETTERS | {"partition":0,"offset":0}
          """)
  void whatTheSchemasDoNotAllowIsNotValid(TopicSchema topic, String json) {
    assertThat(SchemaChecks.isValid(topic, json)).isFalse();
  }
}
