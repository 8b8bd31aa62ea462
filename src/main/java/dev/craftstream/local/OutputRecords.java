package dev.craftstream.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.topics.Topics;
import dev.craftstream.topics.WireFormat;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.ModelCheckpointEvent;
import dev.craftstream.v1.QuestionEvent;
import dev.craftstream.v1.Request;

/** Reads what lies in the job's topics, of either format. */
public final class OutputRecords {
  private final WireFormat format;

  public OutputRecords(WireFormat format) {
    this.format = format;
  }

  public Instruction instruction(byte[] value) {
    return parsed(value, Instruction.newBuilder()).build();
  }

  public KnowledgeRecord knowledge(byte[] value) {
    return parsed(value, KnowledgeRecord.newBuilder()).build();
  }

  public DeadLetter deadLetter(byte[] value) {
    return parsed(value, DeadLetter.newBuilder()).build();
  }

  public DatasetRecord datasetRecord(byte[] value) {
    return parsed(value, DatasetRecord.newBuilder()).build();
  }

  public Evaluation evaluation(byte[] value) {
    return parsed(value, Evaluation.newBuilder()).build();
  }

  public DatasetManifest manifest(byte[] value) {
    return parsed(value, DatasetManifest.newBuilder()).build();
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
          .print(parsed(value, message(topics, topic)));
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      return new String(value, UTF_8);
    }
  }

  private static Message.Builder message(Topics topics, String topic) {
    if (topic.equals(topics.instructions())) {
      return Instruction.newBuilder();
    } else if (topic.equals(topics.knowledge())) {
      return KnowledgeRecord.newBuilder();
    } else if (topic.equals(topics.deadLetters())) {
      return DeadLetter.newBuilder();
    } else if (topic.equals(topics.questions())) {
      return QuestionEvent.newBuilder();
    } else if (topic.equals(topics.requests())) {
      return Request.newBuilder();
    } else if (topic.equals(topics.datasets()) || topic.equals(topics.rehearsalSets())) {
      return DatasetRecord.newBuilder();
    } else if (topic.equals(topics.datasetManifests())) {
      return DatasetManifest.newBuilder();
    } else if (topic.equals(topics.evaluations())) {
      return Evaluation.newBuilder();
    } else {
      return ModelCheckpointEvent.newBuilder();
    }
  }

  private <B extends Message.Builder> B parsed(byte[] value, B message) {
    try {
      switch (format) {
        case JSON ->
            JsonFormat.parser().ignoringUnknownFields().merge(new String(value, UTF_8), message);
        case PROTOBUF -> message.mergeFrom(value);
      }
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "A record of the job's own cannot be read as %s: %s".formatted(format, e.getMessage()),
          e);
    }
  }
}
