package dev.craftstream.triton.contract;

import static dev.craftstream.triton.contract.ModelSignature.part;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract.Requirement;
import dev.craftstream.triton.contract.ModelSignature.Wanted;
import io.grpc.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The request to an embedding model: input {@code text} BYTES[T], output {@code embeddings} FP32 or
 * FP64 [T, D].
 */
public final class EmbeddingRequest {
  private static final String NAME = "embedding";

  private static final ModelSignature SIGNATURE =
      new ModelSignature(
          part(List.of(Wanted.of("text", "BYTES")), Wanted.of("embeddings", "FP32", "FP64")),
          List.of(),
          false);

  private EmbeddingRequest() {}

  public static Requirement requirement(ServedModel model) {
    return new Requirement(model, NAME, SIGNATURE);
  }

  /**
   * A vector for each text, all of one length.
   *
   * @param id names the request in the server's log
   * @param texts at least one
   */
  public static CompletableFuture<double[][]> send(
      TritonClient client, ServedModel model, String id, List<String> texts, Deadline deadline) {
    ContractCall call = new ContractCall(client, model, NAME, TokenCounts.UNTOLD, deadline);
    ModelInferRequest.Builder request = call.request(id);
    InputTensor.texts("text", texts).addTo(request);
    request.addOutputsBuilder().setName("embeddings");
    return call.unary(request, outputs -> outputs.rows("embeddings", texts.size()));
  }
}
