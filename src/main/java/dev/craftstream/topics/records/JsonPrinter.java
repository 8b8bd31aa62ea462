package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Protobuf messages as proto3 JSON on one line, in UTF-8, with the names of the schema's fields, in
 * the order of their numbers. What is set is printed, and what is named to it also where it is not.
 *
 * <p>It reads a message's binary form, which generated code writes fast. {@code JsonFormat} finds
 * fields by reflection, and took a third of the job's processor time where the model costs nothing.
 * Maps, the well-known types, and number types that no schema has are not supported.
 */
final class JsonPrinter {
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

  private final Set<FieldDescriptor> always;
  private final Map<Descriptor, Plan> plans = new ConcurrentHashMap<>();

  /**
   * @param always fields that are printed also where they are 0, false or empty, unless they tell
   *     absence apart
   */
  JsonPrinter(Set<FieldDescriptor> always) {
    this.always = Set.copyOf(always);
  }

  byte[] print(Message message) {
    return new Printing(message.toByteArray()).print(message.getDescriptorForType());
  }

  private Plan plan(Descriptor message) {
    Plan plan = plans.get(message);
    if (plan == null) {
      plan = new Plan(message, always);
      plans.put(message, plan);
    }
    return plan;
  }

  /** How the messages of a type are printed. */
  private static final class Plan {
    final Field[] byNumber;
    final Field[] always;

    Plan(Descriptor message, Set<FieldDescriptor> always) {
      List<Field> fields = message.getFields().stream().map(Field::new).toList();
      byNumber = new Field[fields.stream().mapToInt(field -> field.number).max().orElse(0) + 1];
      fields.forEach(field -> byNumber[field.number] = field);
      this.always =
          fields.stream()
              .filter(field -> always.contains(field.descriptor))
              .filter(field -> !field.descriptor.hasPresence())
              .sorted(Comparator.comparingInt(field -> field.number))
              .toArray(Field[]::new);
    }
  }

  /** How a field is printed. */
  private static final class Field {
    final FieldDescriptor descriptor;
    final int number;
    final byte[] name;
    final byte[] whereNotSet;

    Field(FieldDescriptor descriptor) {
      if (descriptor.isMapField()) {
        throw new IllegalArgumentException(descriptor.getFullName() + " is a map.");
      }
      this.descriptor = descriptor;
      number = descriptor.getNumber();
      name = ("\"" + descriptor.getName() + "\":").getBytes(US_ASCII);
      whereNotSet = whereNotSet(descriptor).getBytes(US_ASCII);
    }

    private static String whereNotSet(FieldDescriptor field) {
      if (field.isRepeated()) {
        return "[]";
      }
      return switch (field.getType()) {
        case BOOL -> "false";
        case DOUBLE -> "0.0";
        case STRING, BYTES -> "\"\"";
        case ENUM -> "\"" + ((EnumValueDescriptor) field.getDefaultValue()).getName() + "\"";
        case INT64, FIXED64 -> "\"0\"";
        default -> "0";
      };
    }
  }

  /** One message's way from its binary form. */
  private final class Printing {
    private final byte[] in;
    private int at;
    private byte[] out;
    private int printed;

    Printing(byte[] in) {
      this.in = in;
      out = new byte[2 * in.length + 256];
    }

    byte[] print(Descriptor message) {
      object(plan(message), in.length);
      return Arrays.copyOf(out, printed);
    }

    private void object(Plan plan, int end) {
      put('{');
      int first = printed;
      int next = 0;
      while (at < end) {
        int tag = (int) varint();
        int number = WireFormat.getTagFieldNumber(tag);
        Field field = number < plan.byNumber.length ? plan.byNumber[number] : null;
        if (field == null) {
          // Of a newer schema; JSON has no name for it.
          skip(tag);
          continue;
        }
        while (next < plan.always.length && plan.always[next].number <= number) {
          if (plan.always[next].number < number) {
            name(plan.always[next], first);
            put(plan.always[next].whereNotSet);
          }
          next++;
        }
        name(field, first);
        if (field.descriptor.isRepeated()) {
          list(field, tag, end);
        } else {
          value(field);
        }
      }
      for (; next < plan.always.length; next++) {
        name(plan.always[next], first);
        put(plan.always[next].whereNotSet);
      }
      put('}');
    }

    private void name(Field field, int first) {
      if (printed > first) {
        put(',');
      }
      put(field.name);
    }

    private void list(Field field, int tag, int end) {
      put('[');
      boolean isPacked =
          field.descriptor.isPackable()
              && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (isPacked) {
        int length = (int) varint();
        int last = at + length;
        while (at < last) {
          value(field);
          if (at < last) {
            put(',');
          }
        }
      } else {
        value(field);
        while (at < end) {
          int before = at;
          if ((int) varint() != tag) {
            at = before;
            break;
          }
          put(',');
          value(field);
        }
      }
      put(']');
    }

    private void value(Field field) {
      switch (field.descriptor.getType()) {
        case BOOL -> ascii(varint() == 0 ? "false" : "true");
        case INT32 -> ascii(Integer.toString((int) varint()));
        case INT64 -> quoted(Long.toString(varint()));
        case FIXED64 -> quoted(Long.toUnsignedString(fixed64()));
        case DOUBLE -> {
          double value = Double.longBitsToDouble(fixed64());
          if (Double.isFinite(value)) {
            ascii(Double.toString(value));
          } else {
            quoted(Double.toString(value));
          }
        }
        case ENUM -> {
          int number = (int) varint();
          EnumValueDescriptor value = field.descriptor.getEnumType().findValueByNumber(number);
          if (value == null) {
            ascii(Integer.toString(number));
          } else {
            quoted(value.getName());
          }
        }
        case STRING -> text();
        case BYTES -> {
          int length = (int) varint();
          byte[] bytes = Arrays.copyOfRange(in, at, at + length);
          at += length;
          put('"');
          put(Base64.getEncoder().encode(bytes));
          put('"');
        }
        case MESSAGE -> {
          int length = (int) varint();
          object(plan(field.descriptor.getMessageType()), at + length);
        }
        default ->
            throw new IllegalArgumentException(
                field.descriptor.getFullName() + " is of a type that no schema has so far.");
      }
    }

    /** The text is UTF-8 as it lies there; JSON wants few of its characters escaped. */
    private void text() {
      int length = (int) varint();
      int end = at + length;
      put('"');
      int copied = at;
      for (int i = at; i < end; i++) {
        byte c = in[i];
        if (c >= ' ' && c != '"' && c != '\\') {
          continue;
        }
        // Line ends to JavaScript.
        boolean isSeparator =
            c == (byte) 0xE2
                && in[i + 1] == (byte) 0x80
                && (in[i + 2] == (byte) 0xA8 || in[i + 2] == (byte) 0xA9);
        if (c < 0 && !isSeparator) {
          continue;
        }
        put(in, copied, i - copied);
        if (isSeparator) {
          ascii(in[i + 2] == (byte) 0xA8 ? "\\u2028" : "\\u2029");
          i += 2;
        } else {
          escape(c);
        }
        copied = i + 1;
      }
      put(in, copied, end - copied);
      put('"');
      at = end;
    }

    private void escape(byte c) {
      put('\\');
      switch (c) {
        case '"', '\\' -> put(c);
        case '\b' -> put('b');
        case '\f' -> put('f');
        case '\n' -> put('n');
        case '\r' -> put('r');
        case '\t' -> put('t');
        default -> {
          ascii("u00");
          put(HEX[c >> 4]);
          put(HEX[c & 15]);
        }
      }
    }

    // ---------------------------------------------------------------- in

    private long varint() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = in[at++];
        value |= (long) (b & 0x7F) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }

    private long fixed64() {
      long value = 0;
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        value |= (in[at++] & 0xFFL) << shift;
      }
      return value;
    }

    private void skip(int tag) {
      switch (WireFormat.getTagWireType(tag)) {
        case WireFormat.WIRETYPE_VARINT -> varint();
        case WireFormat.WIRETYPE_FIXED32 -> at += 4;
        case WireFormat.WIRETYPE_FIXED64 -> at += 8;
        case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
          int length = (int) varint();
          at += length;
        }
        default -> throw new IllegalArgumentException("A group can't be printed.");
      }
    }

    // ---------------------------------------------------------------- out

    private void put(int c) {
      room(1);
      out[printed++] = (byte) c;
    }

    private void put(byte[] bytes) {
      put(bytes, 0, bytes.length);
    }

    private void put(byte[] bytes, int from, int length) {
      room(length);
      System.arraycopy(bytes, from, out, printed, length);
      printed += length;
    }

    private void ascii(String text) {
      put(text.getBytes(UTF_8));
    }

    private void quoted(String text) {
      put('"');
      ascii(text);
      put('"');
    }

    private void room(int bytes) {
      if (out.length - printed < bytes) {
        out = Arrays.copyOf(out, Math.max(2 * out.length, printed + bytes));
      }
    }
  }
}
