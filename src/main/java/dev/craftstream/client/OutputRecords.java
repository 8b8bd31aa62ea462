package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.SampleRecord;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads what lies in the job's topics, of either format. What can't be read as a message with all
 * that its readers can't do without is an {@link UnreadableRecordException}.
 */
public final class OutputRecords {
  private static final Pattern LONG_EXPONENT =
      Pattern.compile("(?U)e[+-]?\\d{4}", Pattern.CASE_INSENSITIVE);

  private final WireFormat format;

  public OutputRecords(WireFormat format) {
    this.format = format;
  }

  /** How the one answer of an evaluation was judged, of what is known of a question to evaluate. */
  public static Verdict verdict(KnowledgeRecord evaluated) {
    if (evaluated.getCorrectness() == 1) {
      return Verdict.CORRECT;
    }
    return evaluated.getRefusedSamples() > 0 ? Verdict.REFUSED : Verdict.WRONG;
  }

  public Instruction instruction(ConsumerRecord<byte[], byte[]> entry) {
    return read(
        entry,
        Instruction.getDefaultInstance(),
        Instruction.QUESTION_ID_FIELD_NUMBER,
        Instruction.LABEL_FIELD_NUMBER);
  }

  public KnowledgeRecord knowledge(ConsumerRecord<byte[], byte[]> entry) {
    return read(
        entry,
        KnowledgeRecord.getDefaultInstance(),
        KnowledgeRecord.QUESTION_ID_FIELD_NUMBER,
        KnowledgeRecord.CHECKPOINT_ID_FIELD_NUMBER);
  }

  public SampleRecord sample(ConsumerRecord<byte[], byte[]> entry) {
    return read(
        entry,
        SampleRecord.getDefaultInstance(),
        SampleRecord.SCHEMA_VERSION_FIELD_NUMBER,
        SampleRecord.QUESTION_ID_FIELD_NUMBER,
        SampleRecord.CHECKPOINT_ID_FIELD_NUMBER);
  }

  /** Its reason may be one that this version does not know. */
  public DeadLetter deadLetter(ConsumerRecord<byte[], byte[]> entry) {
    return read(entry, DeadLetter.getDefaultInstance());
  }

  public DatasetRecord datasetRecord(ConsumerRecord<byte[], byte[]> entry) {
    return read(
        entry,
        DatasetRecord.getDefaultInstance(),
        DatasetRecord.DATASET_ID_FIELD_NUMBER,
        DatasetRecord.QUESTION_ID_FIELD_NUMBER,
        DatasetRecord.MARK_FIELD_NUMBER);
  }

  public Evaluation evaluation(ConsumerRecord<byte[], byte[]> entry) {
    return read(
        entry,
        Evaluation.getDefaultInstance(),
        Evaluation.CHECKPOINT_ID_FIELD_NUMBER,
        Evaluation.ROLE_FIELD_NUMBER,
        Evaluation.TASK_FIELD_NUMBER);
  }

  public DatasetManifest manifest(ConsumerRecord<byte[], byte[]> entry) {
    return read(
        entry,
        DatasetManifest.getDefaultInstance(),
        DatasetManifest.DATASET_ID_FIELD_NUMBER,
        DatasetManifest.KIND_FIELD_NUMBER,
        DatasetManifest.TASK_FIELD_NUMBER);
  }

  /** A record's value as JSON on one line, or as it lies in the topic where it is not readable. */
  public String json(Topics topics, String topic, byte[] value) {
    if (format == WireFormat.JSON) {
      return new String(value, UTF_8);
    }
    try {
      return JsonFormat.printer()
          .preservingProtoFieldNames()
          .omittingInsignificantWhitespace()
          .print(parsed(value, topics.schema(topic).empty().newBuilderForType()));
    } catch (InvalidProtocolBufferException e) {
      return new String(value, UTF_8);
    }
  }

  /**
   * A record's message.
   *
   * @param needed numbers of the fields that the job always sets, and that a reader can't do
   *     without
   */
  private <M extends Message> M read(ConsumerRecord<byte[], byte[]> entry, M type, int... needed) {
    Message message;
    try {
      message = parsed(entry.value(), type.newBuilderForType()).build();
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableRecordException(entry, format, String.valueOf(e.getMessage()), e);
    }
    for (int number : needed) {
      FieldDescriptor field = message.getDescriptorForType().findFieldByNumber(number);
      if (!message.hasField(field)) {
        throw new UnreadableRecordException(
            entry, format, "its " + field.getName() + " is missing", null);
      }
      if (message.getField(field) instanceof EnumValueDescriptor value && value.getIndex() < 0) {
        throw new UnreadableRecordException(
            entry,
            format,
            "its %s is %d, which this version does not know"
                .formatted(field.getName(), value.getNumber()),
            null);
      }
    }
    @SuppressWarnings("unchecked")
    M read = (M) message;
    return read;
  }

  private <B extends Message.Builder> B parsed(byte[] value, B message)
      throws InvalidProtocolBufferException {
    switch (format) {
      case JSON -> {
        String json = new String(value, UTF_8);
        requireWritableSeeds(json);
        JsonFormat.parser().ignoringUnknownFields().merge(json, message);
      }
      case PROTOBUF -> message.mergeFrom(value);
    }
    return message;
  }

  /**
   * Protobuf's reader would write all digits of 1e99999999 out, which takes it more than a minute.
   */
  private static void requireWritableSeeds(String json) throws InvalidProtocolBufferException {
    if (LONG_EXPONENT.matcher(json).find() || json.contains("\\u")) {
      try {
        if (hasHugeSeed("", JsonParser.parseString(json))) {
          throw new InvalidProtocolBufferException("a seed is no 64-bit number");
        }
      } catch (JsonParseException e) {
        // Protobuf's reader says it, too.
      }
    }
  }

  private static boolean hasHugeSeed(String name, JsonElement json) {
    if (json.isJsonObject()) {
      return json.getAsJsonObject().entrySet().stream()
          .anyMatch(field -> hasHugeSeed(field.getKey(), field.getValue()));
    }
    if (json.isJsonArray()) {
      return json.getAsJsonArray().asList().stream().anyMatch(part -> hasHugeSeed(name, part));
    }
    return json.isJsonPrimitive()
        && name.toLowerCase(Locale.ROOT).endsWith("seed")
        && LONG_EXPONENT.matcher(json.getAsString()).find();
  }
}
