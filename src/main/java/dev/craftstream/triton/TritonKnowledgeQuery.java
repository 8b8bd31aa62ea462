package dev.craftstream.triton;

import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.KnowledgeMeasurement;
import dev.craftstream.method.judging.Judge;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.evidence.LetterProbabilities;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Label;
import dev.craftstream.triton.client.CostMeter;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.contract.InferenceContract;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import dev.craftstream.triton.contract.InferenceContract.Requirement;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import dev.craftstream.triton.contract.InferenceContract.Sampled;
import dev.craftstream.triton.contract.InferenceContract.Use;
import dev.craftstream.triton.contract.InferenceContract.Weighed;
import io.grpc.Context.CancellableContext;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The knowledge query of the paper for questions of purpose TRAIN, and one greedy answer to the
 * refusal-aware prompt for those of purpose EVALUATE, asked of Triton. Has connections of its own.
 *
 * <p>A question's deadline begins when it is asked. Streamed requests (one a sample, with {@link
 * Contract#VLLM}) that wait for their turn at {@link TritonSettings#streamsInFlight} wait within
 * it, in the order in which they came, over all questions and checkpoints of this query: the
 * samples of a question may start at different times, and those of a question that has failed or
 * was taken back are left out when their turn comes. {@link ServerHealth#streamsWaiting} counts
 * them. Unary requests do not wait.
 */
public final class TritonKnowledgeQuery implements KnowledgeQuery {
  private final QuerySettings settings;
  private final EvaluationSettings evaluation;
  private final Map<Task, String> promptVersions = new EnumMap<>(Task.class);
  private final Map<Task, String> evaluationPromptVersions = new EnumMap<>(Task.class);
  private final ContractQueries queries;
  private final TritonClient client;
  private final Judge judge;
  private final EmbeddingPrecision recorded;

  private TritonKnowledgeQuery(
      TritonSettings triton,
      QuerySettings settings,
      EvaluationSettings evaluation,
      EmbeddingPrecision recorded) {
    this.recorded = recorded;
    this.settings = settings;
    this.evaluation = evaluation;
    judge = new Judge(settings.judging());
    for (Task task : Task.values()) {
      promptVersions.put(task, settings.prompt().version(task));
      evaluationPromptVersions.put(
          task, evaluation.prompt().version(task) + settings.prompt().reading().ofWords());
    }
    queries = new ContractQueries(settings, evaluation);
    settings.reasoning().requireRoomBeside(evaluation.maxTokens());
    this.client = TritonClient.open(triton);
  }

  /**
   * Opens queries with these settings.
   *
   * @param triton how the servers are reached
   * @param query how a question is asked for what is known of it
   * @param evaluation how it is asked to evaluate a checkpoint
   * @param recorded how embeddings are kept in what measurements rest on; null where that is not
   *     wanted
   */
  public record Factory(
      TritonSettings triton,
      QuerySettings query,
      EvaluationSettings evaluation,
      EmbeddingPrecision recorded)
      implements KnowledgeQuery.Factory {

    /** Queries that do not tell what measurements rest on. */
    public Factory(TritonSettings triton, QuerySettings query, EvaluationSettings evaluation) {
      this(triton, query, evaluation, null);
    }

    /**
     * Reads the files and variables that the settings name; connects when it is first asked.
     *
     * @throws IllegalStateException with a sentence where one of them is missing
     */
    @Override
    public TritonKnowledgeQuery open() {
      return new TritonKnowledgeQuery(triton, query, evaluation, recorded);
    }
  }

  @Override
  public CompletableFuture<Measurement> ask(
      Question question, int questionVersion, ModelCheckpoint checkpoint, Spending spending) {
    CancellableContext context =
        CostMeter.context(ServedModel.language(checkpoint.serving()), spending).withCancellation();
    CompletableFuture<Measurement> answer =
        new SuspectedQuestion(
                client.failures(),
                context,
                () -> measure(question, questionVersion, checkpoint),
                () -> answersAnother(question, checkpoint.serving()))
            .answer();
    // A request whose future is cancelled is taken back from the server.
    var unused = answer.whenComplete((state, failure) -> context.cancel(failure));
    return answer;
  }

  private CompletableFuture<Void> answersAnother(Question question, Serving serving) {
    boolean weighed = question.purpose() == Purpose.TRAIN && isWeighed(question.task());
    return contract(serving)
        .tryOut(client, serving, weighed ? Use.WEIGH : Use.SAMPLE, client.deadline());
  }

  private CompletableFuture<Measurement> measure(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    if (question.purpose() == Purpose.EVALUATE) {
      return evaluate(question, questionVersion, checkpoint);
    }
    return isWeighed(question.task())
        ? weigh(question, checkpoint)
        : sample(question, questionVersion, checkpoint);
  }

  private boolean isWeighed(Task task) {
    return task == Task.MULTIPLE_CHOICE && settings.weighsLetters();
  }

  private InferenceContract contract(Serving serving) {
    return InferenceContract.of(serving.contract(), settings.reasoning().thoughts());
  }

  private CompletableFuture<Measurement> sample(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    SampleQuery query = queries.samples(question, questionVersion, checkpoint);
    return answer(serving, query)
        .thenApply(
            answer ->
                measured(
                    serving,
                    evidence(serving, query, answer),
                    () ->
                        question.task() == Task.OPEN_ENDED
                            ? openEnded(question, answer, query.seeds().get(0))
                            : KnowledgeMeasurement.sampledChoice(
                                question,
                                taken(answer.samples()),
                                query.seeds().get(0),
                                promptVersions.get(Task.MULTIPLE_CHOICE),
                                judge)));
  }

  private KnowledgeState openEnded(Question question, Sampled answer, long seed) {
    return KnowledgeMeasurement.openEnded(
        question,
        taken(answer.samples()),
        answer.embeddings().toArray(double[][]::new),
        settings.prompt().instructionFirstLine(),
        seed,
        promptVersions.get(Task.OPEN_ENDED),
        settings.certainty(),
        judge);
  }

  private CompletableFuture<Measurement> weigh(Question question, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    MultipleChoiceQuery query = queries.letters(question);
    return answer(serving, query)
        .thenApply(
            weighed ->
                measured(
                    serving,
                    evidence(serving, query, weighed),
                    () ->
                        KnowledgeMeasurement.multipleChoice(
                            question,
                            weighed.probabilities(),
                            weighed.unseen(),
                            promptVersions.get(Task.MULTIPLE_CHOICE),
                            settings.certainty())));
  }

  private CompletableFuture<Measurement> evaluate(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    SampleQuery query = queries.greedy(question, questionVersion, checkpoint);
    return answer(serving, query)
        .thenApply(
            answer ->
                measured(
                    serving,
                    evidence(serving, query, answer),
                    () ->
                        KnowledgeMeasurement.evaluation(
                            question,
                            taken(answer.samples()).get(0),
                            evaluation.prompt().response(question, Label.REFUSAL),
                            query.seeds().get(0),
                            evaluationPromptVersions.get(question.task()),
                            judge)));
  }

  /** How questions are asked. */
  public ContractQueries queries() {
    return queries;
  }

  /** What the model says, as it says it; fails as {@link #ask} does, but does not ask again. */
  public CompletableFuture<Sampled> answer(Serving serving, SampleQuery query) {
    return contract(serving).sample(client, serving, query, client.deadline());
  }

  /** The letters' probabilities, as the model says them; fails in the same way. */
  public CompletableFuture<Weighed> answer(Serving serving, MultipleChoiceQuery query) {
    return contract(serving).weigh(client, serving, query, client.deadline());
  }

  /** Whether the contract can tell the probabilities of option letters. */
  public boolean weighs(Serving serving) {
    return contract(serving).weighs();
  }

  @Override
  public CompletableFuture<Void> ready(ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    return fits(checkpoint).thenCompose(done -> tryOut(contract(serving), serving));
  }

  /**
   * The same without trying it: completes when the models are there and have the contract's form.
   */
  public CompletableFuture<Void> fits(ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    InferenceContract contract = contract(serving);
    Optional<String> unservable = contract.unservable(serving, client.settings());
    if (unservable.isPresent()) {
      return CompletableFuture.failedFuture(
          new UnusableAnswerException(
              "Checkpoint " + checkpoint.id() + " " + unservable.get() + "."));
    }
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (Requirement requirement : contract.requirements(serving)) {
      all = all.thenCompose(done -> ModelReadiness.await(client, requirement));
    }
    return all;
  }

  /** The contracts whose inputs and outputs the model has, whichever it is announced with. */
  public CompletableFuture<List<Contract>> spoken(Serving serving) {
    return client
        .modelMetadata(ServedModel.language(serving), client.deadline())
        .thenApply(
            model ->
                Stream.of(Contract.values())
                    .filter(contract -> language(contract, serving).signature().fits(model))
                    .toList());
  }

  private Requirement language(Contract contract, Serving serving) {
    return InferenceContract.of(contract, settings.reasoning().thoughts())
        .requirements(serving)
        .get(0);
  }

  /** Once for each use that the model has; what its metadata doesn't tell shows then. */
  private CompletableFuture<Void> tryOut(InferenceContract contract, Serving serving) {
    return client
        .modelMetadata(ServedModel.language(serving), client.deadline())
        .thenCompose(
            model -> {
              CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
              for (Use use : contract.triedOut(serving, model)) {
                if (use == Use.SAMPLE || isWeighed(Task.MULTIPLE_CHOICE)) {
                  all =
                      all.thenCompose(
                          done -> contract.tryOut(client, serving, use, client.deadline()));
                }
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
  private List<String> taken(List<String> samples) {
    if (settings.reasoning().thoughts().areMarked()) {
      client.countEmptyAnswers(samples.stream().filter(String::isEmpty).count());
    }
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
  private Measurement measured(
      Serving serving, Supplier<Evidence> evidence, Supplier<KnowledgeState> measurement) {
    try {
      KnowledgeState state = measurement.get();
      return recorded == null ? Measurement.of(state) : new Measurement(state, evidence.get());
    } catch (IllegalArgumentException e) {
      throw new CompletionException(
          client
              .failures()
              .unusable(
                  ServedModel.language(serving),
                  "gave an answer that can't be measured: " + e.getMessage()));
    }
  }

  private Supplier<Evidence> evidence(Serving serving, SampleQuery query, Sampled answer) {
    return () ->
        Evidence.ofSamples(
            serving,
            contract(serving).asked(query),
            answer.texts(),
            answer.samples(),
            answer.embeddings(),
            recorded);
  }

  private Supplier<Evidence> evidence(Serving serving, MultipleChoiceQuery query, Weighed answer) {
    return () ->
        Evidence.ofLetters(
            serving,
            contract(serving).asked(query),
            new LetterProbabilities(answer.probabilities(), answer.unseen(), answer.tokens()));
  }
}
