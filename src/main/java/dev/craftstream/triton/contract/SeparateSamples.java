package dev.craftstream.triton.contract;

import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import dev.craftstream.triton.contract.InferenceContract.Sampled;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;

/**
 * For models that give one text a request: a request for each sample, with a seed of its own, all
 * at once, then one to an embedding model for the distinct answers, where embeddings are wanted.
 */
final class SeparateSamples {
  private static final Duration SIBLINGS_END = Duration.ofSeconds(1);

  private SeparateSamples() {}

  /**
   * Draws all samples.
   *
   * @param drawing asks for the sample of a seed, and gives its text
   * @param reading the answer in a text
   */
  static CompletableFuture<Sampled> draw(
      TritonClient client,
      Serving serving,
      SampleQuery query,
      Deadline deadline,
      LongFunction<CompletableFuture<String>> drawing,
      UnaryOperator<String> reading) {
    return inOrder(client, query.seeds().stream().map(drawing::apply).toList())
        .thenCompose(
            texts ->
                embedded(
                    client,
                    serving,
                    query,
                    deadline,
                    new Sampled(texts, texts.stream().map(reading).toList(), List.of())));
  }

  /** Adds the embedding model's vectors to answers, where the query wants any. */
  static CompletableFuture<Sampled> embedded(
      TritonClient client, Serving serving, SampleQuery query, Deadline deadline, Sampled sampled) {
    if (!query.embedded()) {
      return CompletableFuture.completedFuture(sampled);
    }
    List<String> answers = sampled.samples();
    List<String> texts = List.copyOf(new LinkedHashSet<>(answers));
    return EmbeddingRequest.send(
            client, ServedModel.embedding(serving), query.id(), texts, deadline)
        .thenApply(
            rows ->
                new Sampled(
                    sampled.texts(),
                    answers,
                    answers.stream().map(answer -> rows[texts.indexOf(answer)]).toList()));
  }

  /**
   * Fails with the first of the futures that fails, soon after it: what is the question's fault
   * makes all of them fail, and what has ended by then need not be taken back from the server.
   */
  private static <T> CompletableFuture<List<T>> inOrder(
      TritonClient client, List<CompletableFuture<T>> futures) {
    CompletableFuture<List<T>> all =
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
            .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    for (CompletableFuture<T> future : futures) {
      var unused =
          future.exceptionally(
              failure -> {
                var soon =
                    client
                        .pause(SIBLINGS_END)
                        .whenComplete((over, closed) -> all.completeExceptionally(failure));
                return null;
              });
    }
    return all;
  }
}
