package dev.craftstream.topics.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.v1.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever the bytes of a record are, in either format: an event, which is read as the same one
 * when it is written again; or a dead letter with a sentence and the original bytes. Nothing else.
 */
@Timeout(20)
class RecordFuzzTest {
  private static final Origin ORIGIN = new Origin("t", 0, 6);

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"question_id\":",
    "\"open_ended\":",
    "\"multiple_choice\":",
    "\"options\":",
    "\"aliases\":",
    "\"purpose\":",
    "\"PURPOSE_EVALUATE\"",
    "\"tags\":",
    "\"subject\":",
    "\"removal\":",
    "\\ud800",
    "1e999",
    "null"
  })
  void questions(byte[] value) {
    check(
        value, format -> new QuestionParser(format, RecordLimits.DEFAULT), RecordEncoder::question);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"checkpoint_id\":",
    "\"announcement\":",
    "\"retirement\":",
    "\"serving\":",
    "\"role\":",
    "\"ROLE_REHEARSAL\"",
    "\"base_checkpoint_id\":",
    "\"contract\":",
    "\"CONTRACT_VLLM\"",
    "\"CONTRACT_LLMAPI\"",
    "\"model_name\":",
    "\"model_version\":",
    "\"embedding_model_name\":"
  })
  void modelCheckpoints(byte[] value) {
    check(
        value,
        format -> new ModelCheckpointParser(format, RecordLimits.DEFAULT),
        (encoder, event) ->
            event.announced() == null
                ? encoder.retirement(event.checkpointId())
                : encoder.announcement(event.announced()));
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"request_id\":",
    "\"dataset\":",
    "\"rehearsal_set\":",
    "\"evaluation\":",
    "\"initial_checkpoint_id\":",
    "\"rehearsal_checkpoint_id\":",
    "\"open_ended\":",
    "\"answers\":",
    "\"ties\":",
    "\"shortage\":",
    "\"seed\":",
    "\"18446744073709551615\"",
    "\"answer_from\":",
    "0.5",
    "-0.0",
    "\"NaN\""
  })
  void requests(byte[] value) {
    check(
        value,
        format -> new RequestParser(format, RecordLimits.DEFAULT),
        // The job never writes requests.
        (encoder, request) -> null);
  }

  /** The key is foreign too; where it is no id of the value's, the record is refused. */
  @FuzzTest(maxDuration = "1m")
  void keys(byte[] key) {
    RecordParser<QuestionEvent> parser = new QuestionParser(WireFormat.JSON, RecordLimits.DEFAULT);
    OriginalRecord tombstone = new OriginalRecord(ORIGIN, key, null);
    if (parser.parse(tombstone) instanceof Parsed.Rejected<QuestionEvent> rejected) {
      checkDeadLetter(WireFormat.JSON, tombstone, rejected);
    }
  }

  private static <T> void check(
      byte[] value,
      Function<WireFormat, RecordParser<T>> parser,
      BiFunction<RecordEncoder, T, EncodedRecord> encode) {
    for (WireFormat format : WireFormat.values()) {
      RecordEncoder encoder = new RecordEncoder(format);
      check(format, value, parser.apply(format), event -> encode.apply(encoder, event));
    }
  }

  private static <T> void check(
      WireFormat format, byte[] value, RecordParser<T> parser, Function<T, EncodedRecord> encoder) {
    OriginalRecord original = new OriginalRecord(ORIGIN, null, value);
    Parsed<T> parsed = parser.parse(original);
    if (parsed instanceof Parsed.Rejected<T> rejected) {
      checkDeadLetter(format, original, rejected);
    } else if (parsed instanceof Parsed.Event<T> event) {
      EncodedRecord again = encoder.apply(event.event());
      if (again == null) {
        return;
      }
      Parsed<T> reread = parser.parse(new OriginalRecord(ORIGIN, again.key(), again.value()));
      assertThat(reread).isInstanceOf(Parsed.Event.class);
      EncodedRecord third = encoder.apply(((Parsed.Event<T>) reread).event());
      assertThat(third.value()).isEqualTo(again.value());
    }
  }

  private static void checkDeadLetter(
      WireFormat format, OriginalRecord original, Parsed.Rejected<?> rejected) {
    assertThat(rejected.deadLetter().explanation())
        .endsWith(".")
        .hasSizeLessThan(1_000)
        .doesNotContain("please report it", "\n");
    DeadLetter written = read(format, new RecordEncoder(format).deadLetter(rejected.deadLetter()));
    byte[] value = original.value() == null ? new byte[0] : original.value();
    byte[] key = original.key() == null ? new byte[0] : original.key();
    assertThat(written.getOriginalValue().toByteArray()).isEqualTo(value);
    assertThat(written.getOriginalKey().toByteArray())
        .isEqualTo(Arrays.copyOf(key, written.getOriginalKey().size()));
    assertThat(written.getExplanation()).isNotBlank();
  }

  private static DeadLetter read(WireFormat format, EncodedRecord record) {
    try {
      if (format == WireFormat.PROTOBUF) {
        return DeadLetter.parseFrom(record.value());
      }
      DeadLetter.Builder letter = DeadLetter.newBuilder();
      JsonFormat.parser().merge(new String(record.value(), StandardCharsets.UTF_8), letter);
      return letter.build();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("A dead letter that can't be read.", e);
    }
  }
}
