package dev.craftstream.triton;

import dev.craftstream.knowledge.JudgeUse;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.triton.AnswerMeasurements.Origin;
import dev.craftstream.triton.client.CostMeter;
import dev.craftstream.triton.client.Failures;
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
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
  /** As many questions as a task mostly has in flight at most. */
  private static final int MOST_UNJUDGED = 256;

  private final QuerySettings settings;
  private final ContractQueries queries;
  private final TritonClient client;
  private final AnswerMeasurements measurements;

  /** Null where no model judges. */
  private final TritonJudge judgeModel;

  private final UnjudgedAnswers unjudged = new UnjudgedAnswers(MOST_UNJUDGED);

  private TritonKnowledgeQuery(
      TritonSettings triton,
      QuerySettings settings,
      EvaluationSettings evaluation,
      EmbeddingPrecision recorded) {
    this.settings = settings;
    queries = new ContractQueries(settings, evaluation);
    settings.reasoning().requireRoomBeside(evaluation.maxTokens());
    this.client = TritonClient.open(triton);
    this.measurements = new AnswerMeasurements(client, settings, evaluation, recorded);
    this.judgeModel = settings.judge() == null ? null : new TritonJudge(settings.judge());
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
        judgeModel == null
            ? answered(question, questionVersion, checkpoint, context)
                .thenApply(answered -> answered.measuring().apply(Map.of()))
            : judged(question, questionVersion, checkpoint, context);
    // A request whose future is cancelled is taken back from the server.
    var unused = answer.whenComplete((state, failure) -> context.cancel(failure));
    return answer;
  }

  private CompletableFuture<Answered> answered(
      Question question, int questionVersion, ModelCheckpoint checkpoint, Context context) {
    return new SuspectedQuestion<>(
            client.failures(),
            context,
            () -> answered(question, questionVersion, checkpoint),
            () -> answersAnother(question, checkpoint.serving()))
        .answer();
  }

  private CompletableFuture<Measurement> judged(
      Question question, int questionVersion, ModelCheckpoint checkpoint, Context context) {
    UnjudgedAnswers.Key key = new UnjudgedAnswers.Key(question, questionVersion, checkpoint);
    UnjudgedAnswers.Round known = unjudged.take(key);
    CompletableFuture<UnjudgedAnswers.Round> round =
        known != null
            ? CompletableFuture.completedFuture(known)
            : answered(question, questionVersion, checkpoint, context)
                .thenApply(UnjudgedAnswers.Round::begun);
    return round.thenCompose(
        begun ->
            judgeModel
                .judge(question, begun.answered().undecided(), context, begun.replies())
                .whenComplete(
                    (done, failure) -> {
                      if (Failures.unwrapped(failure) instanceof ServerUnavailableException) {
                        unjudged.keep(key, begun);
                      }
                    })
                .thenApply(done -> begun.answered().measuring().apply(begun.replies())));
  }

  private CompletableFuture<Void> answersAnother(Question question, Serving serving) {
    boolean weighed = question.purpose() == Purpose.TRAIN && isWeighed(question.task());
    return contract(serving)
        .tryOut(client, serving, weighed ? Use.WEIGH : Use.SAMPLE, client.deadline());
  }

  private CompletableFuture<Answered> answered(
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

  private CompletableFuture<Answered> sample(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    SampleQuery query = queries.samples(question, questionVersion, checkpoint);
    return answer(serving, query)
        .thenApply(
            answer -> measurements.ofSamples(question, origin(serving, query), query, answer));
  }

  private CompletableFuture<Answered> weigh(Question question, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    MultipleChoiceQuery query = queries.letters(question);
    return answer(serving, query)
        .thenApply(
            weighed ->
                measurements.ofLetters(
                    question, new Origin(serving, contract(serving).asked(query)), weighed));
  }

  private CompletableFuture<Answered> evaluate(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    Serving serving = checkpoint.serving();
    SampleQuery query = queries.greedy(question, questionVersion, checkpoint);
    return answer(serving, query)
        .thenApply(
            answer -> measurements.ofEvaluation(question, origin(serving, query), query, answer));
  }

  private Origin origin(Serving serving, SampleQuery query) {
    return new Origin(serving, contract(serving).asked(query));
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
    return fits(checkpoint)
        .thenCompose(done -> tryOut(contract(serving), serving))
        .thenCompose(
            done ->
                judgeModel == null ? CompletableFuture.completedFuture(null) : judgeModel.ready());
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
    return judgeModel == null
        ? client.health()
        : new BothHealths(client.health(), judgeModel.health());
  }

  /** The judge model; empty where none judges. */
  public Optional<TritonJudge> judgeModel() {
    return Optional.ofNullable(judgeModel);
  }

  @Override
  public JudgeUse judge() {
    return judgeModel == null ? JudgeUse.NONE : judgeModel;
  }

  @Override
  public void close() {
    client.close();
    if (judgeModel != null) {
      judgeModel.close();
    }
  }
}
