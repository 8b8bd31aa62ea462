package dev.craftstream.client.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.craftstream.v1.ModelCheckpointEvent;
import dev.craftstream.v1.QuestionEvent;
import dev.craftstream.v1.Request;
import java.io.IOException;
import java.util.Set;

/**
 * What an input record is about, whether the job can use the record or not: its key, or the id in
 * its value where it has no key.
 */
final class Subjects {
  /** More than any id has. */
  private static final int MOST_BYTES = 1_024;

  private static final Set<String> ID_FIELDS =
      Set.of(
          "question_id", "questionId", "checkpoint_id", "checkpointId", "request_id", "requestId");

  /** The same in all three messages. */
  private static final int ID_NUMBER = QuestionEvent.QUESTION_ID_FIELD_NUMBER;

  private static final JsonFactory JSON = new JsonFactory();

  private final dev.craftstream.topics.records.WireFormat format;

  Subjects(dev.craftstream.topics.records.WireFormat format) {
    if (ModelCheckpointEvent.CHECKPOINT_ID_FIELD_NUMBER != ID_NUMBER
        || Request.REQUEST_ID_FIELD_NUMBER != ID_NUMBER) {
      throw new AssertionError("The ids of the input topics have different numbers.");
    }
    this.format = format;
  }

  /**
   * A record's subject, its bytes as characters.
   *
   * @param key null where there is none
   * @param value null where there is none
   * @return null where the record does not say it
   */
  String of(byte[] key, byte[] value) {
    byte[] id = key != null ? key : value == null ? null : idIn(value);
    return id == null || id.length == 0 || id.length > MOST_BYTES
        ? null
        : new String(id, ISO_8859_1);
  }

  private byte[] idIn(byte[] value) {
    try {
      return switch (format) {
        case JSON -> idInJson(value);
        case PROTOBUF -> idInBinary(value);
      };
    } catch (IOException noMessage) {
      return null;
    }
  }

  /** Of an object that need not end well. */
  private static byte[] idInJson(byte[] value) throws IOException {
    try (JsonParser parser = JSON.createParser(value)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isId = ID_FIELDS.contains(parser.currentName());
        JsonToken content = parser.nextToken();
        if (isId && content == JsonToken.VALUE_STRING) {
          return parser.getText().getBytes(UTF_8);
        }
        parser.skipChildren();
      }
      return null;
    }
  }

  private static byte[] idInBinary(byte[] value) throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(value);
    int idTag = ID_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (tag == idTag) {
        return input.readByteArray();
      }
      input.skipField(tag);
    }
    return null;
  }
}
