package dev.craftstream.triton;

import dev.craftstream.knowledge.JudgeUse;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.method.judging.VerdictWord;
import dev.craftstream.model.Cost;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.evidence.JudgeReply;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.triton.client.CostMeter;
import dev.craftstream.triton.client.Failures;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.StreamLimit;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import io.grpc.Context;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * A judge model on Triton, asked whether answers are right: greedily, with one seed, a request for
 * each text. Has connections of its own. Its futures fail as those of {@link
 * dev.craftstream.knowledge.KnowledgeQuery} do; a reply that is no verdict is an {@link
 * UnusableAnswerException}.
 */
public final class TritonJudge implements JudgeUse, AutoCloseable {
  private static final long SEED = 1;
  private static final double GREEDY = 0;
  private static final int LONGEST_SHOWN = 200;
  private static final String TRIAL_ANSWER = "Paris";

  /** What it is tried by. */
  private static final Question TRIAL =
      new Question(
          "trial",
          Task.OPEN_ENDED,
          Purpose.TRAIN,
          InferenceContract.TRIAL_JUDGED,
          TRIAL_ANSWER,
          List.of(),
          List.of(),
          "",
          List.of());

  private final JudgeSettings settings;
  private final TritonClient client;
  private final InferenceContract contract;
  private final ServedModel model;
  private final StreamLimit turns;
  private final Spending spending = new Spending();
  private final LongAdder verdicts = new LongAdder();
  private final LongAdder unreadable = new LongAdder();

  /**
   * Connects when it is first asked.
   *
   * @throws IllegalStateException where a file or a variable that the settings name is missing
   */
  public TritonJudge(JudgeSettings settings) {
    this.settings = settings;
    contract = InferenceContract.of(settings.serving().contract(), settings.reasoning().thoughts());
    model = ServedModel.language(settings.serving());
    turns = new StreamLimit(settings.requestsInFlight());
    client = TritonClient.open(settings.triton());
  }

  /** How records name it. */
  public JudgeModel named() {
    return settings.named();
  }

  /**
   * Asks about each of the texts that has no reply yet.
   *
   * @param context what takes the requests back
   * @param replies gets the reply to each text as it comes; of several threads
   * @return completes when all have one; else fails, with what can't be mended first
   */
  CompletableFuture<Void> judge(
      Question question,
      Collection<String> texts,
      Context context,
      Map<String, JudgeReply> replies) {
    long before = verdicts.sum();
    Context counted = CostMeter.within(context, model, spending);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    CompletableFuture<?>[] all =
        texts.stream()
            .filter(text -> !replies.containsKey(text))
            .map(
                text ->
                    inTurn(question, text, counted, failure)
                        .thenAccept(reply -> replies.put(text, reply)))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(all)
        .exceptionallyCompose(
            any ->
                CompletableFuture.failedFuture(
                    failure.get() instanceof ServerUnavailableException unavailable
                            && verdicts.sum() == before
                        ? unavailable.whileNobodyIsAnswered()
                        : failure.get()));
  }

  /**
   * What waits behind a failure is not asked any more: the question has failed.
   *
   * @param failure the first one of the question
   */
  private CompletableFuture<JudgeReply> inTurn(
      Question question, String text, Context context, AtomicReference<Throwable> failure) {
    CompletableFuture<JudgeReply> reply = new CompletableFuture<>();
    turns.start(
        () -> {
          if (failure.get() != null || context.isCancelled() || client.isClosed()) {
            fail(reply, failure, new CancellationException("The answer is not wanted any more."));
            return false;
          }
          var unused =
              reply(question, text, context)
                  .whenComplete(
                      (given, failed) -> {
                        if (failed == null) {
                          reply.complete(given);
                        } else {
                          fail(reply, failure, Failures.unwrapped(failed));
                        }
                        turns.ended();
                      });
          return true;
        });
    return reply;
  }

  private static void fail(
      CompletableFuture<JudgeReply> reply, AtomicReference<Throwable> first, Throwable failed) {
    first.accumulateAndGet(
        failed, (before, now) -> before == null || isFinal(now) && !isFinal(before) ? now : before);
    reply.completeExceptionally(failed);
  }

  private static boolean isFinal(Throwable failure) {
    return failure instanceof UnusableAnswerException;
  }

  private CompletableFuture<JudgeReply> reply(Question question, String text, Context context) {
    return new SuspectedQuestion<>(
            client.failures(),
            context,
            () -> asked(question, text),
            () -> tried().thenAccept(r -> {}))
        .answer();
  }

  private CompletableFuture<JudgeReply> asked(Question question, String text) {
    String prompt = settings.prompt().asked(question, text);
    SampleQuery query =
        new SampleQuery(
            question.id(),
            prompt,
            List.of(SEED),
            GREEDY,
            settings.maxTokens() + settings.reasoning().maxTokens(),
            settings.stop(),
            false);
    return contract
        .sample(client, settings.serving(), query, client.deadline())
        .thenCompose(
            sampled -> read(text, prompt, sampled.samples().get(0), sampled.texts().get(0)));
  }

  /**
   * @param said the reply, without thoughts
   * @param all the reply as it was given
   */
  private CompletableFuture<JudgeReply> read(String text, String prompt, String said, String all) {
    Optional<Boolean> verdict = VerdictWord.read(said);
    if (verdict.isPresent()) {
      verdicts.increment();
      return CompletableFuture.completedFuture(
          new JudgeReply(verdict.get(), all, JudgeReply.hash(prompt)));
    }
    unreadable.increment();
    return CompletableFuture.failedFuture(
        client
            .failures()
            .unusable(
                model,
                "was asked whether the answer %s is right, and gave no verdict: it said %s, where CORRECT or INCORRECT was asked for. So the question is not judged at all. Raise judge.max-tokens where the reply is cut off, set judge.chat-template and judge.reasoning.* to what the model wants, or name another judge; then have the question asked again with ./craft request retry"
                    .formatted(shown(text), shown(said))));
  }

  private static String shown(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST_SHOWN
        ? "\"" + line + "\""
        : "\"" + line.substring(0, LONGEST_SHOWN) + "..\"";
  }

  /** Asks about an answer that is right; completes with whether the judge says so. */
  public CompletableFuture<Boolean> tried() {
    return asked(TRIAL, TRIAL_ANSWER).thenApply(JudgeReply::isCorrect);
  }

  /** Asks about one that is wrong. */
  public CompletableFuture<Boolean> triedWithWrongAnswer() {
    return asked(TRIAL, "Rome").thenApply(JudgeReply::isCorrect);
  }

  /** Completes when the model is there and has the contract's form. */
  public CompletableFuture<Void> fits() {
    return ModelReadiness.await(client, contract.words(settings.serving()));
  }

  /** Completes when it has given a verdict, too. */
  public CompletableFuture<Void> ready() {
    return fits().thenCompose(done -> tried()).thenAccept(correct -> {});
  }

  /** What was seen of its servers. */
  public ServerHealth health() {
    return client.health();
  }

  @Override
  public Cost cost() {
    return spending.soFar();
  }

  @Override
  public long verdicts() {
    return verdicts.sum();
  }

  @Override
  public long unreadable() {
    return unreadable.sum();
  }

  @Override
  public int waiting() {
    return turns.waiting();
  }

  /** Ends all requests in flight; their futures fail. */
  @Override
  public void close() {
    client.close();
  }
}
