package dev.craftstream.triton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelInferResponse.InferOutputTensor;
import dev.craftstream.inference.ModelStreamInferResponse;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.contract.OutputTensors;
import dev.craftstream.triton.contract.VllmContract;
import dev.craftstream.triton.contract.VllmErrors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The stand-in for the vLLM backend answers as a real one did, whose answers {@link RealVllmTest}
 * records.
 */
@Tag("integration")
class VllmLikeTest {
  static final Path RECORDED = Path.of("src/test/resources/dev/craftstream/triton/vllm");

  private static final List<String> LETTERS = List.of("A", "B", "C", "D");

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  private static ManagedChannel channel;

  @BeforeAll
  static void open() {
    channel =
        Grpc.newChannelBuilder(TRITON.endpoint(), InsecureChannelCredentials.create()).build();
  }

  @AfterAll
  static void close() {
    channel.shutdownNow();
  }

  static Stream<Path> recorded() throws IOException {
    return Files.list(RECORDED).sorted();
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void answersInTheSameForm(Path file) throws Exception {
    VllmExchange real = VllmExchange.ofJson(Files.readString(file));
    boolean known = !real.request().getModelName().equals("nobody");
    VllmExchange standIn =
        VllmExchange.with(
            channel,
            real.request().toBuilder().setModelName(known ? "vllm_like" : "nobody").build(),
            real.withCodes());

    assertThat(standIn.code()).isEqualTo(real.code());
    assertThat(words(standIn.failure())).isEqualTo(words(real.failure()));
    assertThat(standIn.responses()).hasSameSizeAs(real.responses());
    for (int i = 0; i < real.responses().size(); i++) {
      ModelInferResponse expected = real.responses().get(i).getInferResponse();
      ModelInferResponse came = standIn.responses().get(i).getInferResponse();
      assertThat(came.getParametersMap()).isEqualTo(expected.getParametersMap());
      assertThat(came.getRawOutputContentsCount()).isEqualTo(expected.getRawOutputContentsCount());
      assertThat(came.getOutputsList().stream().map(VllmLikeTest::form))
          .containsExactlyElementsOf(
              expected.getOutputsList().stream().map(VllmLikeTest::form).toList());
    }
  }

  /** But for the numbers in it, and the adapters that there are. */
  private static String words(String failure) {
    return failure.replaceAll("\\d+", "0").replaceAll("\\[.*]", "[]");
  }

  private static String form(InferOutputTensor tensor) {
    return tensor.getName() + " " + tensor.getDatatype();
  }

  @Test
  void neitherGivesAllOfTheSamplesThatARequestWants() throws Exception {
    VllmExchange real = read("four-samples");
    VllmExchange standIn =
        VllmExchange.with(
            channel, real.request().toBuilder().setModelName("vllm_like").build(), false);
    for (VllmExchange exchange : List.of(real, standIn)) {
      assertThat(onlyAnswer(exchange).getOutputs(0).getShape(0)).isBetween(1L, 3L);
    }
  }

  @Test
  void bothWeighLettersBadlyBehindABlank() throws Exception {
    for (String model : List.of("", "vllm_like")) {
      double mass = mass(answered(read("letters"), model));
      assertThat(mass).isBetween(0.5, 1.0);
      assertThat(mass(answered(read("letters-behind-a-blank"), model))).isLessThan(mass / 5);
    }
  }

  @Test
  void whatTheBackendSaysOfARequestIsKnown() throws Exception {
    VllmErrors errors = new VllmErrors();
    for (String name :
        List.of(
            "too-long",
            "empty-prompt",
            "bad-parameter",
            "unknown-parameter",
            "too-many-logprobs",
            "unknown-adapter")) {
      for (String form : List.of(name, name + "+codes")) {
        assertThat(errors.on(read(form).failure())).as(form).isPresent();
      }
    }
    assertThat(errors.on(read("unknown-model").failure())).isEmpty();
  }

  private static VllmExchange answered(VllmExchange recorded, String model) throws Exception {
    return model.isEmpty()
        ? recorded
        : VllmExchange.with(
            channel, recorded.request().toBuilder().setModelName(model).build(), false);
  }

  private static double mass(VllmExchange exchange) throws Exception {
    String logprobs = OutputTensors.of(onlyAnswer(exchange)).texts("logprobs", 1).get(0);
    double mass = 0;
    for (double probability : VllmContract.weighed(logprobs, LETTERS).probabilities()) {
      mass += probability;
    }
    return mass;
  }

  private static ModelInferResponse onlyAnswer(VllmExchange exchange) {
    assertThat(exchange.responses()).hasSize(1);
    ModelStreamInferResponse response = exchange.responses().get(0);
    assertThat(response.getErrorMessage()).isEmpty();
    return response.getInferResponse();
  }

  private static VllmExchange read(String name) throws IOException {
    return VllmExchange.ofJson(Files.readString(RECORDED.resolve(name + ".json")));
  }
}
