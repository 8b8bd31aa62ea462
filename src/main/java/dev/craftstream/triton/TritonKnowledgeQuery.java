package dev.craftstream.triton;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.KnowledgeMeasurement;
import dev.craftstream.method.Seeds;
import dev.craftstream.model.Contract;
import dev.craftstream.model.KnowledgeState;
import dev.craftstream.model.Label;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Serving;
import dev.craftstream.model.Task;
import dev.craftstream.triton.client.Failures;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.contract.InferenceContract;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import dev.craftstream.triton.contract.InferenceContract.Requirement;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import dev.craftstream.triton.contract.InferenceContract.Use;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The knowledge query of the paper for questions of purpose TRAIN, and one greedy answer to the
 * refusal-aware prompt for those of purpose EVALUATE, asked of Triton. Has connections of its own.
 */
public final class TritonKnowledgeQuery implements KnowledgeQuery {
  private static final double GREEDY = 0;

  private final QuerySettings settings;
  private final EvaluationSettings evaluation;
  private final Map<Task, String> promptVersions = new EnumMap<>(Task.class);
  private final Map<Task, String> evaluationPromptVersions = new EnumMap<>(Task.class);
  private final TritonClient client;

  private TritonKnowledgeQuery(
      TritonSettings triton, QuerySettings settings, EvaluationSettings evaluation) {
    this.settings = settings;
    this.evaluation = evaluation;
    for (Task task : Task.values()) {
      promptVersions.put(task, settings.prompt().version(task));
      evaluationPromptVersions.put(task, evaluation.prompt().version(task));
    }
    this.client = TritonClient.open(triton);
  }

  /**
   * Opens queries with these settings.
   *
   * @param triton how the servers are reached
   * @param query how a question is asked for what is known of it
   * @param evaluation how it is asked to evaluate a checkpoint
   */
  public record Factory(TritonSettings triton, QuerySettings query, EvaluationSettings evaluation)
      implements KnowledgeQuery.Factory {
    /**
     * Reads the files and variables that the settings name; connects when it is first asked.
     *
     * @throws IllegalStateException with a sentence where one of them is missing
     */
    @Override
    public KnowledgeQuery open() {
      return new TritonKnowledgeQuery(triton, query, evaluation);
    }
  }

  @Override
  public CompletableFuture<KnowledgeState> ask(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    CancellableContext context = Context.current().withCancellation();
    CompletableFuture<KnowledgeState> answer =
        within(context, () -> measure(question, questionVersion, checkpoint))
            .exceptionallyCompose(
                failure ->
                    isReported(failure)
                        ? within(
                            context,
                            () -> askOnceMore(question, questionVersion, checkpoint, failure))
                        : CompletableFuture.failedFuture(failure));
    // A request whose future is cancelled is taken back from the server.
    var unused = answer.whenComplete((state, failure) -> context.cancel(failure));
    return answer;
  }

  private static <T> CompletableFuture<T> within(
      Context context, Supplier<CompletableFuture<T>> asking) {
    Context before = context.attach();
    try {
      return asking.get();
    } finally {
      context.detach(before);
    }
  }

  private static boolean isReported(Throwable failure) {
    return Failures.unwrapped(failure) instanceof ServerUnavailableException unavailable
        && unavailable.kind() == FailureKind.FAILING;
  }

  /**
   * Finds out whether a failure that the server reported is the question's: the model is tried with
   * another one and, where that is answered, asked once more. What fails in the same words then
   * would do so for ever.
   */
  private CompletableFuture<KnowledgeState> askOnceMore(
      Question question, int questionVersion, ModelCheckpoint checkpoint, Throwable failure) {
    Serving serving = checkpoint.serving();
    Use use =
        question.purpose() == Purpose.TRAIN && question.task() == Task.MULTIPLE_CHOICE
            ? Use.WEIGH
            : Use.SAMPLE;
    return InferenceContract.of(serving.contract())
        .tryOut(client, serving, use, client.deadline())
        .handle((answered, trouble) -> trouble == null)
        .thenCompose(
            answers ->
                answers
                    ? measure(question, questionVersion, checkpoint)
                    : CompletableFuture.failedFuture(failure))
        .exceptionallyCompose(
            again ->
                CompletableFuture.failedFuture(
                    again != failure && saysTheSame(failure, again)
                        ? client.failures().ofThisQuestionAlone(Failures.unwrapped(again))
                        : again));
  }

  /** But for numbers, such as times. */
  private static boolean saysTheSame(Throwable one, Throwable other) {
    return isReported(other) && words(one).equals(words(other));
  }

  private static String words(Throwable failure) {
    return Failures.unwrapped(failure).getMessage().replaceAll("\\d+", "0");
  }

  private CompletableFuture<KnowledgeState> measure(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    if (question.purpose() == Purpose.EVALUATE) {
      return evaluate(question, questionVersion, checkpoint);
    }
    return switch (question.task()) {
      case OPEN_ENDED -> sample(question, questionVersion, checkpoint);
      case MULTIPLE_CHOICE -> weigh(question, checkpoint);
    };
  }

  private CompletableFuture<KnowledgeState> sample(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    List<Long> seeds = seeds(question, questionVersion, checkpoint, settings.samples());
    var query =
        new SampleQuery(
            question.id(),
            settings.prompt().prompt(question),
            seeds,
            settings.temperature(),
            settings.maxTokens(),
            settings.sampleEnds(),
            true);
    return InferenceContract.of(serving.contract())
        .sample(client, serving, query, client.deadline())
        .thenApply(
            answer ->
                measured(
                    serving,
                    () ->
                        KnowledgeMeasurement.openEnded(
                            question,
                            notTooLong(answer.samples()),
                            answer.embeddings().toArray(double[][]::new),
                            settings.prompt().instructionFirstLine(),
                            seeds.get(0),
                            promptVersions.get(Task.OPEN_ENDED),
                            settings.certainty())));
  }

  private CompletableFuture<KnowledgeState> weigh(Question question, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    List<String> letters =
        IntStream.range(0, question.options().size()).mapToObj(Question::optionLetter).toList();
    var query =
        new MultipleChoiceQuery(
            question.id(), settings.prompt().prompt(question), letters, settings.prompt().isChat());
    return InferenceContract.of(serving.contract())
        .weigh(client, serving, query, client.deadline())
        .thenApply(
            probabilities ->
                measured(
                    serving,
                    () ->
                        KnowledgeMeasurement.multipleChoice(
                            question,
                            probabilities,
                            promptVersions.get(Task.MULTIPLE_CHOICE),
                            settings.certainty())));
  }

  private CompletableFuture<KnowledgeState> evaluate(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    List<Long> seed = seeds(question, questionVersion, checkpoint, 1);
    var query =
        new SampleQuery(
            question.id(),
            evaluation.prompt().asked(question),
            seed,
            GREEDY,
            evaluation.maxTokens(),
            evaluation.stop(),
            false);
    return InferenceContract.of(serving.contract())
        .sample(client, serving, query, client.deadline())
        .thenApply(
            answer ->
                measured(
                    serving,
                    () ->
                        KnowledgeMeasurement.evaluation(
                            question,
                            notTooLong(answer.samples()).get(0),
                            evaluation.prompt().response(question, Label.REFUSAL),
                            seed.get(0),
                            evaluationPromptVersions.get(question.task()))));
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
    InferenceContract contract = InferenceContract.of(serving.contract());
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (Requirement requirement : contract.requirements(serving)) {
      all = all.thenCompose(done -> ModelReadiness.await(client, requirement));
    }
    return all.thenCompose(done -> tryOut(contract, serving));
  }

  /** Once for each use that the model has; what its metadata doesn't tell shows then. */
  private CompletableFuture<Void> tryOut(InferenceContract contract, Serving serving) {
    return client
        .modelMetadata(ServedModel.language(serving), client.deadline())
        .thenCompose(
            model -> {
              CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
              for (Use use : contract.triedOut(serving, model)) {
                all =
                    all.thenCompose(
                        done -> contract.tryOut(client, serving, use, client.deadline()));
              }
              return all;
            });
  }

  @Override
  public ServerHealth health() {
    return client.health();
  }

  @Override
  public void close() {
    client.close();
  }

  /** A sample becomes part of the state and of records, which have room for so much. */
  private List<String> notTooLong(List<String> samples) {
    int most = client.settings().maxSampleCharacters();
    for (int k = 0; k < samples.size(); k++) {
      if (samples.get(k).length() > most) {
        throw new IllegalArgumentException(
            "sample %d has %d characters, and at most %d are allowed"
                .formatted(k + 1, samples.get(k).length(), most));
      }
    }
    return samples;
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

  private static List<Long> seeds(
      Question question, int questionVersion, ModelCheckpoint checkpoint, int samples) {
    return IntStream.range(0, samples)
        .mapToObj(k -> Seeds.seed(question.id(), questionVersion, checkpoint.id(), k))
        .toList();
  }
}
