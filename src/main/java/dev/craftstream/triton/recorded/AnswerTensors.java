package dev.craftstream.triton.recorded;

import com.google.protobuf.ByteString;
import dev.craftstream.inference.InferParameter;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Builds an answer with raw contents, of those outputs that the request names. */
final class AnswerTensors {
  private final ModelInferRequest request;
  private final ModelInferResponse.Builder response;

  AnswerTensors(ModelInferRequest request) {
    this.request = request;
    response =
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .setModelVersion(request.getModelVersion())
            .setId(request.getId())
            .putParameters(
                "triton_final_response", InferParameter.newBuilder().setBoolParam(true).build());
  }

  /** Whether the output is wanted: it is named, or none is. */
  boolean wants(String name) {
    return request.getOutputsCount() == 0
        || request.getOutputsList().stream().anyMatch(output -> output.getName().equals(name));
  }

  AnswerTensors texts(String name, List<String> texts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String text : texts) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(buffer(Integer.BYTES).putInt(utf8.length).array());
      bytes.writeBytes(utf8);
    }
    return add(name, "BYTES", ByteString.copyFrom(bytes.toByteArray()), texts.size());
  }

  /** Exact. */
  AnswerTensors numbers(String name, double[] numbers) {
    ByteBuffer buffer = buffer(Double.BYTES * numbers.length);
    for (double number : numbers) {
      buffer.putDouble(number);
    }
    return add(name, "FP64", ByteString.copyFrom(buffer.flip()), numbers.length);
  }

  /**
   * Vectors that were kept in single precision at most.
   *
   * @param rows all of one length
   */
  AnswerTensors vectors(String name, List<double[]> rows) {
    int columns = rows.get(0).length;
    ByteBuffer buffer = buffer(Float.BYTES * columns * rows.size());
    for (double[] row : rows) {
      for (double number : row) {
        buffer.putFloat((float) number);
      }
    }
    return add(name, "FP32", ByteString.copyFrom(buffer.flip()), rows.size(), columns);
  }

  ModelInferResponse response() {
    return response.build();
  }

  private AnswerTensors add(String name, String datatype, ByteString raw, long... shape) {
    if (wants(name)) {
      var output = response.addOutputsBuilder().setName(name).setDatatype(datatype);
      for (long size : shape) {
        output.addShape(size);
      }
      response.addRawOutputContents(raw);
    }
    return this;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
