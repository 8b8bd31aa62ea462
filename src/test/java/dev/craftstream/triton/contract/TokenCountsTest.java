package dev.craftstream.triton.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.craftstream.inference.InferTensorContents;
import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelInferResponse;
import dev.craftstream.inference.ModelMetadataRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.method.Thoughts;
import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.triton.client.CostMeter;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A model that tells its tokens, and is loaded again as one that does not. */
class TokenCountsTest {
  private static final Serving SERVING = new Serving("m", "", Contract.CRAFT, "", "", "");

  private final List<Integer> outputsWanted = new ArrayList<>();
  private boolean tells = true;
  private boolean hasMetadata = true;
  private Server server;
  private TritonClient client;

  @BeforeEach
  void open() throws Exception {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Service())
            .build()
            .start();
    client = TritonClient.open(TritonSettings.to("127.0.0.1:" + server.getPort()).build());
  }

  @AfterEach
  void close() {
    client.close();
    server.shutdownNow();
  }

  @Test
  void givenAModelThatTellsNoMore_whenItIsAsked_thenTheAnswerHoldsAndCostsOneMoreRequest()
      throws Exception {
    assertThat(asked()).isEqualTo(new Cost(1, 1, 7, 3));
    tells = false;
    assertThat(asked()).isEqualTo(new Cost(2, 0, 0, 0));
    assertThat(asked()).isEqualTo(new Cost(1, 0, 0, 0));
    assertThat(outputsWanted).containsExactly(3, 3, 1, 1);
  }

  @Test
  void givenAServerThatDoesNotSayWhatTheModelHas_whenItIsAsked_thenItAnswersWithout()
      throws Exception {
    hasMetadata = false;
    assertThat(asked()).isEqualTo(new Cost(1, 0, 0, 0));
  }

  private Cost asked() throws Exception {
    Spending spending = new Spending();
    CostMeter.context(ServedModel.language(SERVING), spending)
        .call(
            () ->
                new CraftContract(Thoughts.NONE)
                    .weigh(
                        client,
                        SERVING,
                        new MultipleChoiceQuery("q", "prompt", List.of("A", "B"), false),
                        client.deadline())
                    .get(30, TimeUnit.SECONDS));
    return spending.soFar();
  }

  private final class Service extends GRPCInferenceServiceImplBase {

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> to) {
      if (!hasMetadata) {
        to.onError(Status.UNIMPLEMENTED.asRuntimeException());
        return;
      }
      ModelMetadataResponse.Builder model = ModelMetadataResponse.newBuilder();
      model.addOutputsBuilder().setName("option_probabilities");
      if (tells) {
        model.addOutputsBuilder().setName("prompt_tokens");
        model.addOutputsBuilder().setName("generated_tokens");
      }
      to.onNext(model.build());
      to.onCompleted();
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> to) {
      outputsWanted.add(request.getOutputsCount());
      if (!tells && request.getOutputsCount() > 1) {
        to.onError(
            Status.INVALID_ARGUMENT
                .withDescription("unexpected inference output 'prompt_tokens' for model 'm'")
                .asRuntimeException());
        return;
      }
      ModelInferResponse.Builder answer = ModelInferResponse.newBuilder();
      answer
          .addOutputsBuilder()
          .setName("option_probabilities")
          .setDatatype("FP32")
          .addShape(2)
          .setContents(
              InferTensorContents.newBuilder().addFp32Contents(0.5f).addFp32Contents(0.2f));
      if (request.getOutputsCount() > 1) {
        answer
            .addOutputsBuilder()
            .setName("prompt_tokens")
            .setDatatype("INT32")
            .addShape(1)
            .setContents(InferTensorContents.newBuilder().addIntContents(7));
        answer
            .addOutputsBuilder()
            .setName("generated_tokens")
            .setDatatype("UINT64")
            .addShape(2)
            .setContents(
                InferTensorContents.newBuilder().addUint64Contents(1).addUint64Contents(2));
      }
      to.onNext(answer.build());
      to.onCompleted();
    }
  }
}
