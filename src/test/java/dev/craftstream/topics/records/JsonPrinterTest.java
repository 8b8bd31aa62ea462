package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Held against Protobuf's own printer. */
class JsonPrinterTest {
  private static final String[] PIECES = {
    "",
    "a",
    "Köln",
    "🦉",
    "\"",
    "\\",
    "\n\r\t\b\f",
    "\u0001\u001f\u007f",
    "\u2028\u2029\u202a",
    "'<>&=",
    "\\u0027",
    "%s",
    " ",
    "/",
    "x".repeat(300)
  };
  private static final double[] DOUBLES = {
    0,
    -0.0,
    1,
    0.1,
    1e21,
    -1.5e-7,
    123456789,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.MIN_VALUE
  };
  private static final long[] LONGS = {0, 1, -1, 63, 300, Long.MAX_VALUE, Long.MIN_VALUE};

  private final JsonPrinter printer = new JsonPrinter(JsonWriter.FIGURES);
  private final JsonFormat.Printer reference =
      JsonFormat.printer()
          .preservingProtoFieldNames()
          .omittingInsignificantWhitespace()
          .includingDefaultValueFields(JsonWriter.FIGURES);
  private final SplittableRandom random = new SplittableRandom(1);

  @ParameterizedTest
  @EnumSource
  void printsWhatProtobufPrints(TopicSchema schema) throws Exception {
    assertSame(schema.empty());
    for (int i = 0; i < 1_000; i++) {
      assertSame(filled(schema.empty().newBuilderForType()));
    }
  }

  @Test
  void whatANewerSchemaHasIsLeftOut() throws Exception {
    UnknownFieldSet newer =
        UnknownFieldSet.newBuilder()
            .addField(900, UnknownFieldSet.Field.newBuilder().addVarint(1L << 40).build())
            .addField(901, UnknownFieldSet.Field.newBuilder().addFixed32(7).addFixed64(8).build())
            .addField(
                902,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("x"))
                    .build())
            .build();
    assertSame(Instruction.newBuilder().setQuestionId("q").setUnknownFields(newer).build());
  }

  @Test
  void aValueWithoutANameIsItsNumber() throws Exception {
    assertSame(KnowledgeRecord.newBuilder().setTaskValue(77).setRoleValue(-3).build());
  }

  private void assertSame(Message message) throws InvalidProtocolBufferException {
    assertThat(new String(printer.print(message), UTF_8))
        .isEqualTo(withoutHtmlEscapes(reference.print(message)));
  }

  private Message filled(Message.Builder builder) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        for (int count = random.nextInt(-2, 4); count > 0; count--) {
          builder.addRepeatedField(field, value(builder, field));
        }
      } else if (random.nextInt(3) > 0) {
        builder.setField(field, value(builder, field));
      }
    }
    return builder.build();
  }

  private Object value(Message.Builder builder, FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case BOOLEAN -> random.nextBoolean();
      case INT -> (int) LONGS[random.nextInt(LONGS.length)];
      case LONG -> LONGS[random.nextInt(LONGS.length)];
      case DOUBLE -> DOUBLES[random.nextInt(DOUBLES.length)];
      case FLOAT -> (float) DOUBLES[random.nextInt(DOUBLES.length)];
      case STRING -> text() + text() + text();
      case BYTE_STRING -> ByteString.copyFromUtf8(text());
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case MESSAGE -> filled(builder.newBuilderForField(field));
    };
  }

  private String text() {
    return PIECES[random.nextInt(PIECES.length)];
  }

  /** Protobuf's printer escapes {@code < > & = '} for HTML pages, which JSON does not need. */
  private static String withoutHtmlEscapes(String json) {
    StringBuilder plain = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      if (json.charAt(i) != '\\') {
        plain.append(json.charAt(i));
      } else if (json.substring(i).matches("(?s)\\\\u00(3c|3e|26|3d|27).*")) {
        plain.append((char) Integer.parseInt(json, i + 2, i + 6, 16));
        i += 5;
      } else {
        plain.append(json, i, i + 2);
        i++;
      }
    }
    return plain.toString();
  }
}
