package dev.craftstream.embedded.study;

import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.study.StudyData.Measure;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.prompt.TrainingTexts;
import dev.craftstream.triton.EvaluationSettings;
import dev.craftstream.triton.TritonKnowledgeQuery;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks the model server beside the job what no topic holds, by the job's own client: answers
 * without the offer to refuse, how near a refusal is, and what a tuned model knows of what it was
 * taught to refuse.
 */
final class ModelAsker implements AutoCloseable {
  /** The refusal-aware prompt without its second half. */
  private static final String PLAIN = "Answer the following question: {question}";

  /** A refusal's first letter; the other one is there because one alone can't be weighed. */
  private static final List<String> FIRST_LETTERS = List.of("I", "A");

  private static final int IN_FLIGHT = 8;
  private static final int ATTEMPTS = 5;

  private final TrainingPrompt prompt;
  private final TritonKnowledgeQuery query;
  private final Watch watch;

  /** What is done every second while answers are waited for. */
  interface Watch {
    void look() throws Exception;
  }

  /**
   * @param watch brings a model server back that has ended
   */
  ModelAsker(CurationSettings settings, Watch watch) {
    this.watch = watch;
    prompt = settings.trainingPrompt();
    TrainingTexts texts = prompt.texts();
    TrainingPrompt plain =
        new TrainingPrompt(
            new TrainingTexts(
                PLAIN,
                texts.multipleChoice(),
                texts.multipleChoiceWithoutSubject(),
                texts.openEndedRefusal(),
                texts.multipleChoiceRefusal()),
            prompt.systemPrompt(),
            prompt.frame());
    EvaluationSettings evaluation = settings.evaluation();
    query =
        new TritonKnowledgeQuery.Factory(
                settings.triton(),
                settings.query(),
                new EvaluationSettings(evaluation.maxTokens(), evaluation.stop(), plain))
            .open();
  }

  /** Greedy answers without the offer to refuse. */
  Map<String, Verdict> plain(List<Question> questions, ModelCheckpoint checkpoint)
      throws Exception {
    return all(
        questions,
        question ->
            query
                .ask(question.withPurpose(Purpose.EVALUATE), 1, checkpoint)
                .thenApply(measurement -> measurement.state().verdict()));
  }

  /** What the knowledge query measures. */
  Map<String, Measure> known(List<Question> questions, ModelCheckpoint checkpoint)
      throws Exception {
    return all(
        questions,
        question ->
            query
                .ask(question.withPurpose(Purpose.TRAIN), 1, checkpoint)
                .thenApply(
                    measurement -> {
                      KnowledgeState state = measurement.state();
                      return new Measure(
                          state.samples(), state.correctSamples(), state.certainty());
                    }));
  }

  /** Probability that the answer to the refusal-aware prompt begins with the refusal's letter. */
  Map<String, Double> refusalScores(List<Question> questions, ModelCheckpoint checkpoint)
      throws Exception {
    return all(
        questions,
        question ->
            query
                .answer(
                    checkpoint.serving(),
                    new MultipleChoiceQuery(
                        question.id(), prompt.asked(question), FIRST_LETTERS, true))
                .thenApply(weighed -> weighed.probabilities()[0]));
  }

  private <T> Map<String, T> all(
      List<Question> questions, Function<Question, CompletableFuture<T>> ask) throws Exception {
    Semaphore free = new Semaphore(IN_FLIGHT);
    List<CompletableFuture<T>> answers = new ArrayList<>();
    for (Question question : questions) {
      acquire(free, 1);
      answers.add(again(question, ask, ATTEMPTS).whenComplete((answer, failure) -> free.release()));
    }
    acquire(free, IN_FLIGHT);
    Map<String, T> byId = new TreeMap<>();
    for (int i = 0; i < questions.size(); i++) {
      try {
        byId.put(questions.get(i).id(), answers.get(i).get());
      } catch (ExecutionException e) {
        throw new IOException(
            "The model did not answer question %s: %s"
                .formatted(questions.get(i).id(), e.getCause().getMessage()),
            e.getCause());
      }
    }
    return byId;
  }

  private void acquire(Semaphore free, int permits) throws Exception {
    while (!free.tryAcquire(permits, 1, TimeUnit.SECONDS)) {
      watch.look();
    }
  }

  /** A model that is just loaded again answers nothing for a moment. */
  private static <T> CompletableFuture<T> again(
      Question question, Function<Question, CompletableFuture<T>> ask, int attempts) {
    return ask.apply(question)
        .exceptionallyCompose(
            failure ->
                attempts <= 1
                    ? CompletableFuture.failedFuture(failure)
                    : CompletableFuture.runAsync(
                            () -> {}, CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS))
                        .thenCompose(waited -> again(question, ask, attempts - 1)));
  }

  @Override
  public void close() {
    query.close();
  }
}
