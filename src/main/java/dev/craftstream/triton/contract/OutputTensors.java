package dev.craftstream.triton.contract;

import com.google.protobuf.ByteString;
import dev.craftstream.inference.InferTensorContents;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelInferResponse.InferOutputTensor;
import dev.craftstream.triton.client.MalformedAnswerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The outputs of a response, read strictly: what is not exactly as expected is a {@link
 * MalformedAnswerException}. Takes the elements from the raw contents where the response has these,
 * else from the typed ones.
 */
public final class OutputTensors {
  private static final String TEXT = "BYTES";
  private static final String FLOAT = "FP32";
  private static final String DOUBLE = "FP64";
  private static final Set<String> INTEGERS = Set.of("INT32", "INT64", "UINT32", "UINT64");
  private static final int NAMES_IN_MESSAGE = 20;

  /** Of a vector; sentence embedders have a few thousand at most. */
  private static final int MAX_COLUMNS = 16_384;

  private final Map<String, Output> outputs;

  private OutputTensors(Map<String, Output> outputs) {
    this.outputs = outputs;
  }

  /** An output, and its raw elements or null where they are typed. */
  private record Output(InferOutputTensor tensor, ByteString raw) {
    String described() {
      return tensor.getDatatype() + " " + tensor.getShapeList();
    }
  }

  public static OutputTensors of(ModelInferResponse response) throws MalformedAnswerException {
    int raw = response.getRawOutputContentsCount();
    if (raw != 0 && raw != response.getOutputsCount()) {
      throw new MalformedAnswerException(
          "it has " + response.getOutputsCount() + " outputs, but raw contents for " + raw);
    }
    var outputs = new LinkedHashMap<String, Output>();
    for (int i = 0; i < response.getOutputsCount(); i++) {
      InferOutputTensor tensor = response.getOutputs(i);
      ByteString contents = raw == 0 ? null : response.getRawOutputContents(i);
      if (contents != null && tensor.hasContents()) {
        throw new MalformedAnswerException(
            "output " + tensor.getName() + " has raw and typed contents at once");
      }
      if (outputs.put(tensor.getName(), new Output(tensor, contents)) != null) {
        throw new MalformedAnswerException("output " + tensor.getName() + " comes twice");
      }
    }
    return new OutputTensors(outputs);
  }

  boolean isEmpty() {
    return outputs.isEmpty();
  }

  /** The {@code count} texts of a BYTES output. */
  public List<String> texts(String name, int count) throws MalformedAnswerException {
    String expected = TEXT + " [" + count + "]";
    Output output = output(name, expected);
    requireDatatype(output, name, expected, TEXT);
    requireVector(output, name, expected, count);
    List<ByteString> elements =
        output.raw() == null
            ? output.tensor().getContents().getBytesContentsList()
            : split(name, output.raw(), count);
    requireElements(name, count, elements.size());
    var texts = new ArrayList<String>(count);
    for (ByteString element : elements) {
      texts.add(decode(name, texts.size(), element));
    }
    return texts;
  }

  /** The {@code count} finite numbers of an FP32 or FP64 output. */
  public double[] numbers(String name, int count) throws MalformedAnswerException {
    String expected = FLOAT + " or " + DOUBLE + " [" + count + "]";
    Output output = output(name, expected);
    requireDatatype(output, name, expected, FLOAT, DOUBLE);
    requireVector(output, name, expected, count);
    return elements(output, name, count);
  }

  /**
   * The {@code rows} vectors, all of one length up to 16,384, of finite numbers of an FP32 or FP64
   * output.
   */
  public double[][] rows(String name, int rows) throws MalformedAnswerException {
    String expected = FLOAT + " or " + DOUBLE + " [" + rows + ", D]";
    Output output = output(name, expected);
    requireDatatype(output, name, expected, FLOAT, DOUBLE);
    List<Long> shape = output.tensor().getShapeList();
    if (shape.size() != 2 || shape.get(0) != rows || shape.get(1) < 1) {
      throw unexpected(name, expected, output);
    }
    long columns = shape.get(1);
    if (columns > MAX_COLUMNS) {
      throw new MalformedAnswerException(
          "output %s has vectors of %d numbers, and at most %d are allowed"
              .formatted(name, columns, MAX_COLUMNS));
    }
    if (columns > Integer.MAX_VALUE / rows) {
      throw new MalformedAnswerException(
          "output " + name + " claims the shape " + shape + ", which no message can hold");
    }
    double[] flat = elements(output, name, (int) (rows * columns));
    double[][] result = new double[rows][(int) columns];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(flat, row * (int) columns, result[row], 0, (int) columns);
    }
    return result;
  }

  /**
   * The sum of the integers of an INT32, INT64, UINT32 or UINT64 output, at least 0; empty where it
   * is not there, or is something else.
   */
  OptionalLong count(String name) {
    Output output = outputs.get(name);
    if (output == null) {
      return OptionalLong.empty();
    }
    boolean wide = output.tensor().getDatatype().endsWith("64");
    LongStream numbers;
    if (!INTEGERS.contains(output.tensor().getDatatype())) {
      return OptionalLong.empty();
    } else if (output.raw() == null) {
      InferTensorContents contents = output.tensor().getContents();
      numbers =
          LongStream.concat(
              Stream.of(contents.getIntContentsList(), contents.getUintContentsList())
                  .flatMap(List::stream)
                  .mapToLong(Integer::longValue),
              Stream.of(contents.getInt64ContentsList(), contents.getUint64ContentsList())
                  .flatMap(List::stream)
                  .mapToLong(Long::longValue));
    } else {
      int bytes = wide ? Long.BYTES : Integer.BYTES;
      if (output.raw().size() % bytes != 0) {
        return OptionalLong.empty();
      }
      ByteBuffer buffer = output.raw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      numbers =
          IntStream.range(0, output.raw().size() / bytes)
              .mapToLong(i -> wide ? buffer.getLong() : buffer.getInt());
    }
    long[] all = numbers.toArray();
    // A number of more than 31 bits is no count of tokens, whatever its sign was meant to be.
    boolean areCounts =
        all.length > 0 && LongStream.of(all).allMatch(n -> n >= 0 && n <= Integer.MAX_VALUE);
    return areCounts ? OptionalLong.of(LongStream.of(all).sum()) : OptionalLong.empty();
  }

  private Output output(String name, String expected) throws MalformedAnswerException {
    Output output = outputs.get(name);
    if (output == null) {
      throw new MalformedAnswerException(
          "output "
              + name
              + " ("
              + expected
              + ") is missing; there "
              + (outputs.isEmpty()
                  ? "are none"
                  : "are " + outputs.keySet().stream().limit(NAMES_IN_MESSAGE).toList()));
    }
    return output;
  }

  private static void requireDatatype(
      Output output, String name, String expected, String... allowed)
      throws MalformedAnswerException {
    if (!List.of(allowed).contains(output.tensor().getDatatype())) {
      throw unexpected(name, expected, output);
    }
  }

  private static void requireVector(Output output, String name, String expected, int count)
      throws MalformedAnswerException {
    if (!output.tensor().getShapeList().equals(List.of((long) count))) {
      throw unexpected(name, expected, output);
    }
  }

  private static MalformedAnswerException unexpected(String name, String expected, Output came) {
    return new MalformedAnswerException(
        "output " + name + " should be " + expected + ", but " + came.described() + " came");
  }

  private static void requireElements(String name, int expected, int came)
      throws MalformedAnswerException {
    if (expected != came) {
      throw new MalformedAnswerException(
          "output " + name + " should hold " + expected + " elements, but holds " + came);
    }
  }

  private static double[] elements(Output output, String name, int count)
      throws MalformedAnswerException {
    boolean wide = output.tensor().getDatatype().equals(DOUBLE);
    double[] values;
    if (output.raw() == null) {
      InferTensorContents contents = output.tensor().getContents();
      requireElements(
          name, count, wide ? contents.getFp64ContentsCount() : contents.getFp32ContentsCount());
      values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = wide ? contents.getFp64Contents(i) : contents.getFp32Contents(i);
      }
    } else {
      long bytes = (long) count * (wide ? Double.BYTES : Float.BYTES);
      if (output.raw().size() != bytes) {
        throw new MalformedAnswerException(
            "output %s is %s, which takes %d bytes, but %d came"
                .formatted(name, output.described(), bytes, output.raw().size()));
      }
      ByteBuffer buffer = output.raw().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = wide ? buffer.getDouble() : buffer.getFloat();
      }
    }
    for (int i = 0; i < count; i++) {
      if (!Double.isFinite(values[i])) {
        throw new MalformedAnswerException(
            "output "
                + name
                + " should hold finite numbers, but element "
                + i
                + " is "
                + values[i]);
      }
    }
    return values;
  }

  private static List<ByteString> split(String name, ByteString raw, int count)
      throws MalformedAnswerException {
    ByteBuffer buffer = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    var elements = new ArrayList<ByteString>();
    while (elements.size() < count) {
      if (buffer.remaining() < Integer.BYTES) {
        throw new MalformedAnswerException(
            "output %s should hold %d texts, but its %d bytes end after %d"
                .formatted(name, count, raw.size(), elements.size()));
      }
      long length = Integer.toUnsignedLong(buffer.getInt());
      if (length > buffer.remaining()) {
        throw new MalformedAnswerException(
            "element %d of output %s should have %d bytes, but only %d are left"
                .formatted(elements.size(), name, length, buffer.remaining()));
      }
      int start = buffer.position();
      elements.add(raw.substring(start, start + (int) length));
      buffer.position(start + (int) length);
    }
    if (buffer.hasRemaining()) {
      throw new MalformedAnswerException(
          "output %s has %d bytes more than its %d texts take"
              .formatted(name, buffer.remaining(), count));
    }
    return elements;
  }

  private static String decode(String name, int index, ByteString element)
      throws MalformedAnswerException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(element.asReadOnlyByteBuffer())
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedAnswerException(
          "element " + index + " of output " + name + " should be UTF-8 text, but is not");
    }
  }
}
