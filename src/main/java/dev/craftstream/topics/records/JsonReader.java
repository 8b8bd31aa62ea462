package dev.craftstream.topics.records;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads proto3 JSON more strictly than Protobuf's reader does: that one takes numbers and
 * one-element arrays for strings, comments, and anything behind the object, and its errors do not
 * say which field is meant.
 */
final class JsonReader {
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          // Names come from strangers: keep no table of them.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Messages.MAX_DEPTH)
                  // The record as a whole is measured before it is read.
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(256)
                  .maxNumberLength(100)
                  .build())
          .build();

  private JsonReader() {}

  /**
   * Reads the JSON object {@code json} into {@code builder}. Knows the field types that the job's
   * own input has: strings, enums, messages, and lists of them; whole numbers, numbers and unsigned
   * 64-bit numbers, these also as strings, for not every JSON library can write them as numbers.
   */
  static void read(String json, Message.Builder builder) throws Rejection {
    try (JsonParser parser = FACTORY.createParser(json)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw Rejection.malformed("The value is empty; a JSON object is allowed.");
      }
      if (first != JsonToken.START_OBJECT) {
        throw Rejection.malformed("The value is " + shown(parser) + "; a JSON object is allowed.");
      }
      readObject(parser, builder, "");
      if (parser.nextToken() != null) {
        throw Rejection.malformed(
            "Behind the JSON object stands " + shown(parser) + "; one object a record is allowed.");
      }
    } catch (JsonProcessingException e) {
      throw Rejection.malformed(
          "The value is not JSON: "
              + Rejection.shortened(e.getOriginalMessage(), 240)
              + (e.getLocation() == null
                  ? ""
                  : " (line %d, column %d)"
                      .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()))
              + "; one JSON object is allowed.");
    } catch (IOException e) {
      throw new IllegalStateException("Reading from memory failed.", e);
    }
  }

  private static void readObject(JsonParser parser, Message.Builder builder, String path)
      throws IOException, Rejection {
    Descriptor message = builder.getDescriptorForType();
    Set<FieldDescriptor> seen = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      FieldDescriptor field = field(message, name);
      if (field == null) {
        throw Rejection.malformed(
            "There is no field %s in %s; allowed are %s."
                .formatted(
                    Rejection.shown(name),
                    path.isEmpty() ? message.getName() : path.substring(0, path.length() - 1),
                    names(message.getFields())));
      }
      String fieldPath = path + field.getName();
      if (!seen.add(field)) {
        throw Rejection.malformed(fieldPath + " is given twice; once is allowed.");
      }
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_NULL) {
        continue; // As good as not given.
      }
      OneofDescriptor oneof = field.getRealContainingOneof();
      if (oneof != null && builder.hasOneof(oneof)) {
        throw Rejection.invalid(
            "%s and %s are both given; exactly one of %s is allowed."
                .formatted(
                    path + builder.getOneofFieldDescriptor(oneof).getName(),
                    fieldPath,
                    names(oneof.getFields())));
      }
      if (field.isRepeated()) {
        readList(parser, builder, field, fieldPath);
      } else {
        builder.setField(field, readValue(parser, builder, field, fieldPath));
      }
    }
  }

  private static FieldDescriptor field(Descriptor message, String name) {
    for (FieldDescriptor field : message.getFields()) {
      if (field.getName().equals(name) || field.getJsonName().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private static void readList(
      JsonParser parser, Message.Builder builder, FieldDescriptor field, String path)
      throws IOException, Rejection {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrongType(parser, path, "a list of strings");
    }
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      builder.addRepeatedField(field, readValue(parser, builder, field, path + "[" + i + "]"));
    }
  }

  private static Object readValue(
      JsonParser parser, Message.Builder builder, FieldDescriptor field, String path)
      throws IOException, Rejection {
    return switch (field.getJavaType()) {
      case STRING -> readString(parser, path);
      case ENUM -> readEnum(parser, field.getEnumType(), path);
      case INT -> readInt(parser, path);
      case DOUBLE -> readDouble(parser, path);
      case LONG -> readUnsigned(parser, path);
      case MESSAGE -> {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          throw wrongType(parser, path, "an object");
        }
        Message.Builder nested = builder.newBuilderForField(field);
        readObject(parser, nested, path + ".");
        yield nested.build();
      }
      default -> throw new IllegalStateException("This reader knows no " + field.getType() + ".");
    };
  }

  private static String readString(JsonParser parser, String path) throws IOException, Rejection {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrongType(parser, path, "a string");
    }
    String text = parser.getText();
    if (hasLoneSurrogate(text)) {
      throw Rejection.malformed(
          path
              + " is "
              + Rejection.shown(text)
              + ", half of a surrogate pair among it; only whole Unicode characters are allowed.");
    }
    return text;
  }

  private static Integer readInt(JsonParser parser, String path) throws IOException, Rejection {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw wrongType(parser, path, "a whole number");
    }
    try {
      return Integer.valueOf(parser.getText());
    } catch (NumberFormatException e) {
      throw outOfRange(parser, path, Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
    }
  }

  private static Double readDouble(JsonParser parser, String path) throws IOException, Rejection {
    if (!parser.currentToken().isNumeric()) {
      throw wrongType(parser, path, "a number");
    }
    double number = Double.parseDouble(parser.getText());
    if (Double.isInfinite(number)) {
      throw outOfRange(parser, path, -Double.MAX_VALUE + " to " + Double.MAX_VALUE);
    }
    return number;
  }

  private static Long readUnsigned(JsonParser parser, String path) throws IOException, Rejection {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_STRING) {
      throw wrongType(parser, path, "a whole number, or a string of its digits,");
    }
    String digits = parser.getText();
    if (!digits.matches("[0-9]{1,20}") || new BigInteger(digits).bitLength() > Long.SIZE) {
      throw outOfRange(parser, path, "0 to " + Long.toUnsignedString(-1));
    }
    return Long.parseUnsignedLong(digits);
  }

  private static Rejection outOfRange(JsonParser parser, String path, String allowed)
      throws IOException {
    return Rejection.invalid("%s is %s; %s is allowed.".formatted(path, shown(parser), allowed));
  }

  private static boolean hasLoneSurrogate(String text) {
    // A pair is one code point, beyond the surrogates' range.
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static EnumValueDescriptor readEnum(JsonParser parser, EnumDescriptor type, String path)
      throws IOException, Rejection {
    JsonToken token = parser.currentToken();
    EnumValueDescriptor value = null;
    if (token == JsonToken.VALUE_STRING) {
      value = type.findValueByName(parser.getText());
    } else if (token == JsonToken.VALUE_NUMBER_INT) {
      String digits = parser.getText();
      value = digits.length() > 9 ? null : type.findValueByNumber(Integer.parseInt(digits));
    } else {
      throw wrongType(parser, path, "a name, one of " + enumNames(type));
    }
    if (value == null) {
      throw Rejection.invalid(
          "%s is %s; allowed are %s.".formatted(path, shown(parser), enumNames(type)));
    }
    return value;
  }

  /** The names that say something: all but UNSPECIFIED. */
  static String enumNames(EnumDescriptor type) {
    return type.getValues().stream()
        .filter(value -> value.getNumber() != 0)
        .map(EnumValueDescriptor::getName)
        .collect(Collectors.joining(", "));
  }

  static String names(List<FieldDescriptor> fields) {
    return fields.stream().map(FieldDescriptor::getName).collect(Collectors.joining(", "));
  }

  private static Rejection wrongType(JsonParser parser, String path, String allowed)
      throws IOException {
    return Rejection.malformed("%s is %s; %s is allowed.".formatted(path, shown(parser), allowed));
  }

  private static String shown(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> "the string " + Rejection.shown(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          "the number " + Rejection.shortened(parser.getText(), 80);
      case VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> parser.getText();
      case START_ARRAY -> "a list";
      case START_OBJECT -> "an object";
      default -> Rejection.shown(parser.getText());
    };
  }
}
