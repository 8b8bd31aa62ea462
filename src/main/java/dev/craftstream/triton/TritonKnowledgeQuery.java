package dev.craftstream.triton;

import dev.craftstream.method.KnowledgeMeasurement;
import dev.craftstream.method.Seeds;
import dev.craftstream.model.Contract;
import dev.craftstream.model.KnowledgeState;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Question;
import dev.craftstream.model.Serving;
import dev.craftstream.model.Task;
import dev.craftstream.triton.InferenceContract.MultipleChoiceQuery;
import dev.craftstream.triton.InferenceContract.OpenEndedQuery;
import dev.craftstream.triton.InferenceContract.Requirement;
import dev.craftstream.triton.InferenceContract.Sampled;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Deadline;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The knowledge query of the paper, asked of Triton. Has connections of its own. */
public final class TritonKnowledgeQuery implements KnowledgeQuery {
  private final QuerySettings settings;
  private final Map<Task, String> promptVersions = new EnumMap<>(Task.class);
  private final TritonClient client;

  private TritonKnowledgeQuery(TritonSettings triton, QuerySettings settings) {
    this.settings = settings;
    for (Task task : Task.values()) {
      promptVersions.put(task, settings.prompt().version(task));
    }
    this.client = TritonClient.open(triton);
  }

  /**
   * Opens queries with these settings.
   *
   * @param triton how the servers are reached
   * @param query what is asked
   */
  public record Factory(TritonSettings triton, QuerySettings query)
      implements KnowledgeQuery.Factory {
    /**
     * Reads the files and variables that the settings name; connects when it is first asked.
     *
     * @throws IllegalStateException with a sentence where one of them is missing
     */
    @Override
    public KnowledgeQuery open() {
      return new TritonKnowledgeQuery(triton, query);
    }
  }

  @Override
  public CompletableFuture<KnowledgeState> ask(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      CompletableFuture<KnowledgeState> answer = measure(question, questionVersion, checkpoint);
      // A request whose future is cancelled is taken back from the server.
      var unused = answer.whenComplete((state, failure) -> context.cancel(failure));
      return answer;
    } finally {
      context.detach(before);
    }
  }

  private CompletableFuture<KnowledgeState> measure(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    InferenceContract contract = InferenceContract.of(serving.contract());
    Deadline deadline = client.deadline();
    String prompt = settings.prompt().prompt(question);
    String promptVersion = promptVersions.get(question.task());
    return switch (question.task()) {
      case OPEN_ENDED -> {
        List<Long> seeds = seeds(question, questionVersion, checkpoint);
        var query =
            new OpenEndedQuery(
                question.id(),
                prompt,
                seeds,
                settings.temperature(),
                settings.maxTokens(),
                settings.stop());
        yield contract
            .sample(client, serving, query, deadline)
            .thenApply(
                answer ->
                    measured(
                        serving, () -> openEnded(question, answer, seeds.get(0), promptVersion)));
      }
      case MULTIPLE_CHOICE -> {
        List<String> letters =
            IntStream.range(0, question.options().size()).mapToObj(Question::optionLetter).toList();
        yield contract
            .weigh(
                client, serving, new MultipleChoiceQuery(question.id(), prompt, letters), deadline)
            .thenApply(
                probabilities ->
                    measured(
                        serving,
                        () ->
                            KnowledgeMeasurement.multipleChoice(
                                question, probabilities, promptVersion)));
      }
    };
  }

  @Override
  public CompletableFuture<Void> ready(ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    if (serving.contract() == Contract.VLLM && serving.embeddingModelName().isBlank()) {
      return CompletableFuture.failedFuture(
          new UnusableAnswerException(
              "Checkpoint "
                  + checkpoint.id()
                  + " is announced with the vllm contract, but without an embedding model; announce"
                  + " it again with one."));
    }
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (Requirement requirement : InferenceContract.of(serving.contract()).requirements(serving)) {
      all = all.thenCompose(done -> ModelReadiness.await(client, requirement));
    }
    return all;
  }

  @Override
  public long retries() {
    return client.retries();
  }

  @Override
  public void close() {
    client.close();
  }

  private KnowledgeState openEnded(
      Question question, Sampled answer, long seed, String promptVersion) {
    return KnowledgeMeasurement.openEnded(
        question,
        answer.samples(),
        answer.embeddings().toArray(double[][]::new),
        settings.prompt().instructionFirstLine(),
        seed,
        promptVersion);
  }

  /** What can't be measured is an answer that can't be used. */
  private KnowledgeState measured(Serving serving, Supplier<KnowledgeState> measurement) {
    try {
      return measurement.get();
    } catch (IllegalArgumentException e) {
      throw new CompletionException(
          client
              .failures()
              .unusable(
                  ServedModel.language(serving),
                  "gave an answer that can't be measured: " + e.getMessage()));
    }
  }

  private List<Long> seeds(Question question, int questionVersion, ModelCheckpoint checkpoint) {
    return IntStream.range(0, settings.samples())
        .mapToObj(k -> Seeds.seed(question.id(), questionVersion, checkpoint.id(), k))
        .toList();
  }
}
