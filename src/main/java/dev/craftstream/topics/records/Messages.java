package dev.craftstream.topics.records;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads and writes the topics' messages in either format. */
final class Messages {

  /** The topics' own messages are two levels deep; the rest is for what newer producers add. */
  static final int MAX_DEPTH = 16;

  private Messages() {}

  static byte[] write(WireFormat format, Message message) {
    return switch (format) {
      case JSON -> JsonWriter.write(message);
      case PROTOBUF -> message.toByteArray();
    };
  }

  /**
   * Reads {@code bytes} into {@code builder}.
   *
   * <p>Fields that the schema does not know are an error in JSON, where they are most likely
   * spelling mistakes, and are ignored in Protobuf, where they come from newer producers.
   */
  static void read(WireFormat format, byte[] bytes, Message.Builder builder) throws Rejection {
    try {
      switch (format) {
        case JSON -> JsonReader.read(utf8("The value", bytes), builder);
        case PROTOBUF -> readBinary(bytes, builder);
      }
    } catch (RuntimeException e) {
      // A fault in a reader must cost one record, not the job, which would meet it again and again.
      throw Rejection.malformed(
          "Reading the value failed unexpectedly (%s); please report it with the record."
              .formatted(Rejection.shortened(e.toString(), 160)));
    }
  }

  private static void readBinary(byte[] bytes, Message.Builder builder) throws Rejection {
    CodedInputStream input = CodedInputStream.newInstance(bytes);
    input.setRecursionLimit(MAX_DEPTH);
    try {
      builder.mergeFrom(input);
      input.checkLastTagWas(0);
    } catch (IOException e) {
      throw notBinary(builder, e);
    }
  }

  private static Rejection notBinary(Message.Builder builder, IOException cause) {
    return Rejection.malformed(
        "The value is not a "
            + builder.getDescriptorForType().getFullName()
            + " in Protobuf's binary form ("
            + Rejection.shortened(String.valueOf(cause.getMessage()), 160)
            + "); check which format the producer writes.");
  }

  /** Decodes {@code bytes}, refusing what is not UTF-8. */
  static String utf8(String what, byte[] bytes) throws Rejection {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw Rejection.malformed(
          what + " is not UTF-8 (" + e.getMessage() + "); write text in UTF-8.");
    }
  }

  /** Sets a field, unless there is no value for it. */
  static <T> void ifGiven(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
