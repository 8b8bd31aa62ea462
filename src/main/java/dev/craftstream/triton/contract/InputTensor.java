package dev.craftstream.triton.contract;

import com.google.protobuf.ByteString;
import dev.craftstream.inference.ModelInferRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A one-dimensional input of a request, in the protocol's raw form: elements one after the other,
 * little endian; texts in UTF-8, each behind its length in four bytes.
 */
public record InputTensor(String name, String datatype, int size, ByteString raw) {

  public static InputTensor text(String name, String value) {
    return texts(name, List.of(value));
  }

  static InputTensor texts(String name, List<String> values) {
    var bytes = new ByteArrayOutputStream();
    for (String value : values) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(buffer(Integer.BYTES).putInt(utf8.length).array());
      bytes.writeBytes(utf8);
    }
    return new InputTensor(name, "BYTES", values.size(), ByteString.copyFrom(bytes.toByteArray()));
  }

  static InputTensor uint64(String name, List<Long> values) {
    ByteBuffer buffer = buffer(Long.BYTES * values.size());
    values.forEach(buffer::putLong);
    return of(name, "UINT64", values.size(), buffer);
  }

  static InputTensor int32(String name, int value) {
    return of(name, "INT32", 1, buffer(Integer.BYTES).putInt(value));
  }

  static InputTensor fp32(String name, float value) {
    return of(name, "FP32", 1, buffer(Float.BYTES).putFloat(value));
  }

  public static InputTensor bool(String name, boolean value) {
    return of(name, "BOOL", 1, buffer(1).put((byte) (value ? 1 : 0)));
  }

  /** Adds this tensor to a request whose inputs are all raw. */
  public void addTo(ModelInferRequest.Builder request) {
    request.addInputsBuilder().setName(name).setDatatype(datatype).addShape(size);
    request.addRawInputContents(raw);
  }

  private static InputTensor of(String name, String datatype, int size, ByteBuffer elements) {
    return new InputTensor(name, datatype, size, ByteString.copyFrom(elements.flip()));
  }

  private static ByteBuffer buffer(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }
}
