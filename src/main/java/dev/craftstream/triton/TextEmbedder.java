package dev.craftstream.triton;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.triton.client.Failures;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.contract.EmbeddingRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sentence embeddings by a model on Triton, of as many texts as one likes. Has connections. */
public final class TextEmbedder implements AutoCloseable {
  private final TritonSettings settings;
  private final ServedModel model;
  private final TritonClient client;

  /**
   * Connects when it is first asked.
   *
   * @param modelVersion empty for the server's own choice
   * @throws IllegalStateException where a file or a variable that the settings name is missing
   */
  public TextEmbedder(TritonSettings settings, String modelName, String modelVersion) {
    this.settings = settings;
    this.model = new ServedModel(modelName, modelVersion, "");
    this.client = TritonClient.open(settings);
  }

  /** Takes what was embedded. */
  public interface Sink {
    /**
     * A text's vector.
     *
     * @param index the text's place in the list
     */
    void accept(int index, double[] embedding);
  }

  /**
   * Waits until the model can be asked.
   *
   * @throws UnusableAnswerException where it has other inputs and outputs, or is not ready in time
   * @throws ServerUnavailableException where no server answers within the model-ready time-out
   */
  public void awaitReady()
      throws UnusableAnswerException, ServerUnavailableException, InterruptedException {
    try {
      await(
          ModelReadiness.await(client, EmbeddingRequest.requirement(model)),
          2 * settings.modelReadyTimeout().toMillis());
    } catch (TimeoutException e) {
      throw new ServerUnavailableException(
          FailureKind.UNREACHABLE,
          "No Triton answers at "
              + settings.servers()
              + ". Start it with the "
              + model
              + ", or name it with -Dtriton.endpoints=HOST:PORT.",
          e);
    }
  }

  /**
   * Embeds all texts, in their order.
   *
   * @param batch texts in a request, at least 1
   * @param inFlight requests in flight at once, at least 1
   * @throws UnusableAnswerException where the model can't embed them
   * @throws ServerUnavailableException where it did not answer in time, with all that was sent
   *     again
   */
  public void embed(List<String> texts, int batch, int inFlight, Sink sink)
      throws UnusableAnswerException, ServerUnavailableException, InterruptedException {
    Deque<CompletableFuture<double[][]>> asked = new ArrayDeque<>();
    int sent = 0;
    int received = 0;
    while (received < texts.size()) {
      while (sent < texts.size() && asked.size() < inFlight) {
        int to = Math.min(sent + batch, texts.size());
        asked.add(
            EmbeddingRequest.send(
                client, model, "texts-" + sent, texts.subList(sent, to), client.deadline()));
        sent = to;
      }
      for (double[] embedding : next(asked)) {
        sink.accept(received++, embedding);
      }
    }
  }

  private static double[][] next(Deque<CompletableFuture<double[][]>> asked)
      throws UnusableAnswerException, ServerUnavailableException, InterruptedException {
    try {
      // Each request has its deadline.
      return await(asked.remove(), Long.MAX_VALUE);
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T await(CompletableFuture<T> future, long millis)
      throws UnusableAnswerException,
          ServerUnavailableException,
          InterruptedException,
          TimeoutException {
    try {
      return future.get(millis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = Failures.unwrapped(e.getCause());
      if (cause instanceof UnusableAnswerException unusable) {
        throw unusable;
      }
      if (cause instanceof ServerUnavailableException unavailable) {
        throw unavailable;
      }
      throw new IllegalStateException(cause);
    }
  }

  /** Ends all requests in flight. */
  @Override
  public void close() {
    client.close();
  }
}
