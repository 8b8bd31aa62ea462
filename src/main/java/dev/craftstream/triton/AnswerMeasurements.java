package dev.craftstream.triton;

import dev.craftstream.knowledge.Measurement;
import dev.craftstream.method.KnowledgeMeasurement;
import dev.craftstream.method.judging.Judge;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.evidence.JudgeReply;
import dev.craftstream.model.evidence.LetterProbabilities;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Label;
import dev.craftstream.triton.client.ServedModel;
import dev.craftstream.triton.client.TritonClient;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import dev.craftstream.triton.contract.InferenceContract.Sampled;
import dev.craftstream.triton.contract.InferenceContract.Weighed;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Makes measurements of answers. What can't be measured fails as an {@link
 * dev.craftstream.knowledge.UnusableAnswerException}, as the cause of a {@link
 * CompletionException}.
 */
final class AnswerMeasurements {
  private final TritonClient client;
  private final QuerySettings settings;
  private final EvaluationSettings evaluation;
  private final Map<Task, String> promptVersions = new EnumMap<>(Task.class);
  private final Map<Task, String> evaluationPromptVersions = new EnumMap<>(Task.class);
  private final Judge judge;
  private final JudgeModel judgeModel;
  private final EmbeddingPrecision recorded;

  /**
   * @param client gets counts, and names its servers in failures
   * @param recorded how embeddings are kept in what measurements rest on; null where that is not
   *     wanted
   */
  AnswerMeasurements(
      TritonClient client,
      QuerySettings settings,
      EvaluationSettings evaluation,
      EmbeddingPrecision recorded) {
    this.client = client;
    this.settings = settings;
    this.evaluation = evaluation;
    this.recorded = recorded;
    judge = new Judge(settings.judging());
    judgeModel = settings.judge() == null ? null : settings.judge().named();
    for (Task task : Task.values()) {
      promptVersions.put(task, settings.prompt().version(task));
      evaluationPromptVersions.put(
          task, evaluation.prompt().version(task) + settings.prompt().reading().ofWords());
    }
  }

  /**
   * How an answer came about.
   *
   * @param asked the request
   */
  record Origin(Serving serving, Asked asked) {}

  /** Of samples to a question of purpose TRAIN. */
  Answered ofSamples(Question question, Origin origin, SampleQuery query, Sampled answer) {
    return usable(
        origin,
        () ->
            question.task() == Task.OPEN_ENDED
                ? openEnded(question, origin, query, answer)
                : decided(
                    evidence(origin, answer),
                    KnowledgeMeasurement.sampledChoice(
                        question,
                        taken(answer.samples()),
                        query.seeds().get(0),
                        promptVersions.get(Task.MULTIPLE_CHOICE),
                        judge)));
  }

  private Answered openEnded(Question question, Origin origin, SampleQuery query, Sampled answer) {
    String instruction = settings.prompt().instructionFirstLine();
    List<String> samples = taken(answer.samples());
    return new Answered(
        judge.undecided(question, KnowledgeMeasurement.answers(samples, instruction)),
        replies ->
            judged(
                origin,
                answer,
                text -> KnowledgeMeasurement.answers(List.of(text), instruction).get(0),
                replies,
                informed ->
                    KnowledgeMeasurement.openEnded(
                        question,
                        samples,
                        answer.embeddings().toArray(double[][]::new),
                        instruction,
                        query.seeds().get(0),
                        promptVersions.get(Task.OPEN_ENDED),
                        settings.certainty(),
                        informed)));
  }

  /** Of a multiple-choice question by its letters. */
  Answered ofLetters(Question question, Origin origin, Weighed weighed) {
    return usable(
        origin,
        () ->
            decided(
                () ->
                    Evidence.ofLetters(
                        origin.serving(),
                        origin.asked(),
                        new LetterProbabilities(
                            weighed.probabilities(), weighed.unseen(), weighed.tokens())),
                KnowledgeMeasurement.multipleChoice(
                    question,
                    weighed.probabilities(),
                    weighed.unseen(),
                    promptVersions.get(Task.MULTIPLE_CHOICE),
                    settings.certainty())));
  }

  /** Of the answer to a question of purpose EVALUATE. */
  Answered ofEvaluation(Question question, Origin origin, SampleQuery query, Sampled answer) {
    return usable(
        origin,
        () -> {
          String refusal = evaluation.prompt().response(question, Label.REFUSAL);
          String text = taken(answer.samples()).get(0);
          return new Answered(
              judge.undecided(question, text, refusal),
              replies ->
                  judged(
                      origin,
                      answer,
                      UnaryOperator.identity(),
                      replies,
                      informed ->
                          KnowledgeMeasurement.evaluation(
                              question,
                              text,
                              refusal,
                              query.seeds().get(0),
                              evaluationPromptVersions.get(question.task()),
                              informed)));
        });
  }

  /**
   * Makes a measurement of an answer that a judge model may have been asked about.
   *
   * @param part the part of a sample that is judged
   */
  private Measurement judged(
      Origin origin,
      Sampled answer,
      UnaryOperator<String> part,
      Map<String, JudgeReply> replies,
      Function<Judge, KnowledgeState> measuring) {
    return usable(
        origin,
        () -> {
          Map<String, Boolean> verdicts = new HashMap<>();
          replies.forEach((text, reply) -> verdicts.put(text, reply.isCorrect()));
          KnowledgeState state = measuring.apply(judge.told(verdicts));
          Supplier<Evidence> evidence = evidence(origin, answer);
          return state.correctnessRule() == CorrectnessRule.JUDGE
              ? measurement(
                  () ->
                      evidence
                          .get()
                          .judgedBy(judgeModel, text -> replies.get(Judge.shown(part.apply(text)))),
                  state.judgedBy(judgeModel))
              : measurement(evidence, state);
        });
  }

  private Answered decided(Supplier<Evidence> evidence, KnowledgeState state) {
    return Answered.decided(measurement(evidence, state));
  }

  private Measurement measurement(Supplier<Evidence> evidence, KnowledgeState state) {
    return recorded == null ? Measurement.of(state) : new Measurement(state, evidence.get());
  }

  private Supplier<Evidence> evidence(Origin origin, Sampled answer) {
    return () ->
        Evidence.ofSamples(
            origin.serving(),
            origin.asked(),
            answer.texts(),
            answer.samples(),
            answer.embeddings(),
            recorded);
  }

  private <T> T usable(Origin origin, Supplier<T> measuring) {
    try {
      return measuring.get();
    } catch (IllegalArgumentException e) {
      throw new CompletionException(
          client
              .failures()
              .unusable(
                  ServedModel.language(origin.serving()),
                  "gave an answer that can't be measured: " + e.getMessage()));
    }
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
}
