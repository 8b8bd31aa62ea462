package dev.craftstream.triton.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.craftstream.inference.InferTensorContents;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.triton.client.MalformedAnswerException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class OutputTensorsTest {

  @Test
  void readsWhatInputTensorsWrite() throws Exception {
    List<String> texts = List.of("", "Zürich", "𝄞 \u0000 end");
    assertThat(reader(echo(InputTensor.texts("t", texts))).texts("t", 3)).isEqualTo(texts);

    assertThat(reader(echo(InputTensor.fp32("f", 0.5f))).numbers("f", 1)).containsExactly(0.5);
  }

  @Test
  void writesNumbersLittleEndian() {
    assertThat(InputTensor.uint64("n", List.of(258L, -1L)).raw().toByteArray())
        .containsExactly(2, 1, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1);
    assertThat(InputTensor.int32("n", 258).raw().toByteArray()).containsExactly(2, 1, 0, 0);
    assertThat(InputTensor.bool("n", true).raw().toByteArray()).containsExactly(1);
  }

  @Test
  void readsTypedContentsAsWell() throws Exception {
    ModelInferResponse response =
        ModelInferResponse.newBuilder()
            .addOutputs(
                typed(
                    "texts",
                    "BYTES",
                    InferTensorContents.newBuilder().addBytesContents(utf8("a")),
                    1))
            .addOutputs(
                typed(
                    "floats",
                    "FP32",
                    InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(2),
                    1,
                    2))
            .addOutputs(
                typed("doubles", "FP64", InferTensorContents.newBuilder().addFp64Contents(0.1), 1))
            .build();

    assertThat(reader(response).texts("texts", 1)).containsExactly("a");
    assertThat(reader(response).rows("floats", 1)).isDeepEqualTo(new double[][] {{1, 2}});
    assertThat(reader(response).numbers("doubles", 1)).containsExactly(0.1);
    assertMalformed(
        () -> reader(typedOnly("x", "FP32", InferTensorContents.newBuilder(), 2)).numbers("x", 2),
        "output x should hold 2 elements, but holds 0");
  }

  @Test
  void saysWhatWasExpectedAndWhatCame() {
    ModelInferResponse vector = raw("x", "FP32", bytes(0, 0, 0, 0, 0, 0, 0, 0), 2);
    assertMalformed(() -> reader(vector).numbers("y", 2), "y (FP32 or FP64 [2]) is missing", "[x]");
    assertMalformed(() -> reader(vector).texts("x", 2), "x should be BYTES [2], but FP32 [2] came");
    assertMalformed(
        () -> reader(vector).numbers("x", 3), "x should be FP32 or FP64 [3], but FP32 [2] came");
    assertMalformed(
        () -> reader(vector).rows("x", 2), "x should be FP32 or FP64 [2, D], but FP32 [2] came");
    assertMalformed(
        () -> reader(ModelInferResponse.getDefaultInstance()).texts("x", 1), "there are none");
  }

  @Test
  void refusesBytesThatDoNotFitTheShape() {
    assertMalformed(
        () -> reader(raw("x", "FP32", bytes(1, 2, 3), 1)).numbers("x", 1),
        "takes 4 bytes, but 3 came");
    assertMalformed(
        () -> reader(raw("x", "BYTES", bytes(1, 0, 0), 1)).texts("x", 1), "3 bytes end after 0");
    assertMalformed(
        () -> reader(raw("x", "BYTES", bytes(2, 0, 0, 0, 65), 1)).texts("x", 1),
        "element 0 of output x should have 2 bytes, but only 1 are left");
    assertMalformed(
        () -> reader(raw("x", "BYTES", bytes(-1, -1, -1, -1, 65), 1)).texts("x", 1),
        "should have 4294967295 bytes");
    assertMalformed(
        () -> reader(raw("x", "BYTES", bytes(0, 0, 0, 0, 65), 1)).texts("x", 1),
        "1 bytes more than its 1 texts take");
  }

  @Test
  void refusesShapesThatNoMessageHolds() {
    assertMalformed(
        () -> reader(raw("x", "FP32", bytes(), 2, -1)).rows("x", 2), "FP32 [2, -1] came");
    assertMalformed(() -> reader(raw("x", "FP32", bytes(), 2, 0)).rows("x", 2), "[2, 0] came");
    assertMalformed(
        () -> reader(raw("x", "FP32", bytes(), 200_000, 16_384)).rows("x", 200_000),
        "which no message can hold");
    assertMalformed(() -> reader(raw("x", "FP32", bytes(), 2, 16_384)).rows("x", 2), "but 0 came");
  }

  @Test
  void refusesVectorsThatAreLongerThanAnEmbedding() throws Exception {
    ModelInferResponse longest = raw("x", "FP32", ByteString.copyFrom(new byte[65_536]), 1, 16_384);
    assertThat(reader(longest).rows("x", 1)[0]).hasSize(16_384);
    ModelInferResponse longer = raw("x", "FP32", ByteString.copyFrom(new byte[65_540]), 1, 16_385);
    assertMalformed(
        () -> reader(longer).rows("x", 1),
        "output x has vectors of 16385 numbers, and at most 16384 are allowed");
    assertMalformed(
        () -> reader(raw("x", "FP32", bytes(), 2, Long.MAX_VALUE)).rows("x", 2),
        "at most 16384 are allowed");
  }

  @Test
  void refusesTextThatIsNotUtf8AndNumbersThatAreNotFinite() {
    assertMalformed(
        () -> reader(raw("x", "BYTES", bytes(2, 0, 0, 0, 0xC3, 0x28), 1)).texts("x", 1),
        "element 0 of output x should be UTF-8");
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertMalformed(
          () -> reader(echo(InputTensor.fp32("x", value))).numbers("x", 1),
          "should hold finite numbers, but element 0 is " + value);
    }
  }

  @Test
  void refusesResponsesThatContradictThemselves() {
    assertMalformed(
        () ->
            reader(
                raw("x", "FP32", bytes(), 0).toBuilder()
                    .addOutputs(typed("y", "FP32", InferTensorContents.newBuilder()))
                    .build()),
        "2 outputs, but raw contents for 1");
    ModelInferResponse one = raw("x", "BYTES", bytes(), 0);
    assertMalformed(() -> reader(one.toBuilder().mergeFrom(one).build()), "output x comes twice");
    ModelInferResponse.Builder both = one.toBuilder();
    both.getOutputsBuilder(0).getContentsBuilder();
    assertMalformed(() -> reader(both.build()), "raw and typed contents at once");
  }

  private static OutputTensors reader(ModelInferResponse response) throws Exception {
    return OutputTensors.of(response);
  }

  private static void assertMalformed(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(MalformedAnswerException.class)
        .hasMessageContainingAll(parts);
  }

  private static ModelInferResponse echo(InputTensor tensor) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder();
    tensor.addTo(request);
    return raw(
        tensor.name(),
        tensor.datatype(),
        request.getRawInputContents(0),
        request.getInputs(0).getShape(0));
  }

  private static ModelInferResponse raw(
      String name, String datatype, ByteString contents, long... shape) {
    ModelInferResponse.Builder response = ModelInferResponse.newBuilder();
    var output = response.addOutputsBuilder().setName(name).setDatatype(datatype);
    for (long size : shape) {
      output.addShape(size);
    }
    return response.addRawOutputContents(contents).build();
  }

  private static ModelInferResponse typedOnly(
      String name, String datatype, InferTensorContents.Builder contents, long... shape) {
    return ModelInferResponse.newBuilder()
        .addOutputs(typed(name, datatype, contents, shape))
        .build();
  }

  private static ModelInferResponse.InferOutputTensor typed(
      String name, String datatype, InferTensorContents.Builder contents, long... shape) {
    var output =
        ModelInferResponse.InferOutputTensor.newBuilder()
            .setName(name)
            .setDatatype(datatype)
            .setContents(contents);
    for (long size : shape) {
      output.addShape(size);
    }
    return output.build();
  }

  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFrom(text, UTF_8);
  }
}
