package dev.craftstream.triton.recorded;

import com.google.protobuf.ByteString;
import dev.craftstream.inference.InferTensorContents;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferRequest.InferInputTensor;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The inputs of a request, whichever way they are sent. */
final class RequestTensors {
  private final Map<String, InferInputTensor> tensors = new LinkedHashMap<>();
  private final Map<String, ByteString> raw = new LinkedHashMap<>();

  RequestTensors(ModelInferRequest request) throws UnansweredException {
    int raws = request.getRawInputContentsCount();
    if (raws != 0 && raws != request.getInputsCount()) {
      throw UnansweredException.refused(
          "the request has %d inputs, but raw contents for %d"
              .formatted(request.getInputsCount(), raws));
    }
    for (int i = 0; i < request.getInputsCount(); i++) {
      InferInputTensor tensor = request.getInputs(i);
      tensors.put(tensor.getName(), tensor);
      if (raws != 0) {
        raw.put(tensor.getName(), request.getRawInputContents(i));
      }
    }
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** The texts of a BYTES input; none where it is not there. */
  List<String> texts(String name) throws UnansweredException {
    if (!raw.containsKey(name)) {
      return contents(name).getBytesContentsList().stream().map(ByteString::toStringUtf8).toList();
    }
    List<String> texts = new ArrayList<>();
    ByteBuffer buffer = buffer(name);
    try {
      while (buffer.hasRemaining()) {
        int length = buffer.getInt();
        if (length < 0 || length > buffer.remaining()) {
          throw malformed(name);
        }
        byte[] text = new byte[length];
        buffer.get(text);
        texts.add(new String(text, StandardCharsets.UTF_8));
      }
    } catch (BufferUnderflowException e) {
      throw malformed(name);
    }
    return texts;
  }

  /** The one text of a BYTES input. */
  String text(String name) throws UnansweredException {
    List<String> texts = texts(name);
    if (texts.size() != 1) {
      throw UnansweredException.refused(
          "input %s should hold 1 text, but holds %d".formatted(name, texts.size()));
    }
    return texts.get(0);
  }

  /** The numbers of a UINT64 input. */
  List<Long> unsigned(String name) throws UnansweredException {
    if (!raw.containsKey(name)) {
      return contents(name).getUint64ContentsList();
    }
    List<Long> numbers = new ArrayList<>();
    ByteBuffer buffer = sized(name, Long.BYTES);
    while (buffer.hasRemaining()) {
      numbers.add(buffer.getLong());
    }
    return numbers;
  }

  /** The one number of an INT32 input. */
  int integer(String name) throws UnansweredException {
    if (raw.containsKey(name)) {
      ByteBuffer buffer = sized(name, Integer.BYTES);
      requireOne(name, buffer.remaining() / Integer.BYTES);
      return buffer.getInt();
    }
    List<Integer> numbers = contents(name).getIntContentsList();
    requireOne(name, numbers.size());
    return numbers.get(0);
  }

  /** The one number of an FP32 input. */
  float number(String name) throws UnansweredException {
    if (raw.containsKey(name)) {
      ByteBuffer buffer = sized(name, Float.BYTES);
      requireOne(name, buffer.remaining() / Float.BYTES);
      return buffer.getFloat();
    }
    List<Float> numbers = contents(name).getFp32ContentsList();
    requireOne(name, numbers.size());
    return numbers.get(0);
  }

  private InferTensorContents contents(String name) {
    InferInputTensor tensor = tensors.get(name);
    return tensor == null ? InferTensorContents.getDefaultInstance() : tensor.getContents();
  }

  private static void requireOne(String name, int elements) throws UnansweredException {
    if (elements != 1) {
      throw UnansweredException.refused(
          "input %s should hold 1 number, but holds %d".formatted(name, elements));
    }
  }

  private ByteBuffer buffer(String name) {
    return raw.get(name).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer sized(String name, int bytes) throws UnansweredException {
    ByteBuffer buffer = buffer(name);
    if (buffer.remaining() % bytes != 0) {
      throw malformed(name);
    }
    return buffer;
  }

  private static UnansweredException malformed(String name) {
    return UnansweredException.refused("the raw contents of input " + name + " are cut off");
  }
}
