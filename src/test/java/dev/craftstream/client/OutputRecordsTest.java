package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Task;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;

class OutputRecordsTest {
  private static final Instruction INSTRUCTION =
      Instruction.newBuilder()
          .setQuestionId("q")
          .setTask(Task.TASK_OPEN_ENDED)
          .setLabel(Label.LABEL_ANSWER)
          .build();

  private final OutputRecords json = new OutputRecords(WireFormat.JSON);
  private final OutputRecords protobuf = new OutputRecords(WireFormat.PROTOBUF);

  @Test
  void aRecordOfTheOtherFormatIsNamed_andTheOptionThatMayBeWrong() {
    assertThat(protobuf.instruction(entry(INSTRUCTION.toByteArray()))).isEqualTo(INSTRUCTION);
    assertUnreadable(() -> json.instruction(entry(INSTRUCTION.toByteArray())))
        .withMessageContaining("can't be read as JSON: ")
        .withMessageContaining("If the job writes another format, give it as kafka.format");
    assertUnreadable(() -> protobuf.instruction(entry("{\"question_id\":\"q\"}".getBytes(UTF_8))))
        .withMessageContaining("can't be read as PROTOBUF: ");
  }

  @Test
  void whatAReaderNeedsIsThere_andKnown() {
    byte[] withoutLabel = INSTRUCTION.toBuilder().clearLabel().build().toByteArray();
    assertUnreadable(() -> protobuf.instruction(entry(withoutLabel)))
        .withMessageContaining("PROTOBUF: its label is missing.");
    byte[] newer = INSTRUCTION.toBuilder().setLabelValue(7).build().toByteArray();
    assertUnreadable(() -> protobuf.instruction(entry(newer)))
        .withMessageContaining("its label is 7, which this version does not know.");
  }

  @Test
  void fieldsOfNewerVersionsAreLeftOut() {
    byte[] newer = "{\"question_id\":\"q\",\"checkpoint_id\":\"a\",\"new\":{}}".getBytes(UTF_8);
    assertThat(json.knowledge(entry(newer)))
        .isEqualTo(KnowledgeRecord.newBuilder().setQuestionId("q").setCheckpointId("a").build());
  }

  private static ConsumerRecord<byte[], byte[]> entry(byte[] value) {
    return new ConsumerRecord<>("instructions", 2, 6, new byte[] {'q'}, value);
  }

  private static ThrowableAssertAlternative<UnreadableRecordException> assertUnreadable(
      ThrowingCallable reading) {
    return assertThatExceptionOfType(UnreadableRecordException.class)
        .isThrownBy(reading)
        .withMessageStartingWith(
            "The record at offset 6 of partition 2 of the topic instructions can't be read");
  }
}
