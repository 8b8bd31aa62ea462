package dev.craftstream.client.rules;

import dev.craftstream.client.rules.MeasuredAnswers.Answer;
import dev.craftstream.method.judging.Judge;
import dev.craftstream.method.statistics.Agreement;
import dev.craftstream.model.Question;
import dev.craftstream.model.Sha256;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Thresholds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What two rules of correctness say of the same recorded answers: verdict by verdict, and which
 * label the correctness alone gives each question. What a judge model says is what it said when the
 * answers were recorded; measurements that it did not judge are left out. Refusals are the same
 * under every rule but where a rule finds the gold answer in one.
 */
public final class RuleComparison {

  /**
   * An answer on which the rules do not agree.
   *
   * @param samples how often it was sampled
   */
  public record Example(
      String questionId,
      String checkpointId,
      String question,
      String gold,
      List<String> aliases,
      String answer,
      int samples,
      Verdict verdict,
      Verdict otherVerdict) {}

  private final CorrectnessRule rule;
  private final CorrectnessRule otherRule;
  private final Judge judge;
  private final Judge otherJudge;
  private final Thresholds thresholds;
  private final int mostExamples;
  private final Agreement<Verdict> verdicts = new Agreement<>(Verdict.class);
  private final Agreement<Label> labels = new Agreement<>(Label.class);
  private final List<Example> examples = new ArrayList<>();
  private final JudgeModel model;
  private long unjudged;
  private long changed;
  private long gone;

  /**
   * @param thresholds which correctness gives which label
   * @param mostExamples how many to keep of those of one verdict by the one and another by the
   *     other
   * @param model whose verdicts {@link CorrectnessRule#JUDGE} goes by; null where neither is that
   */
  public RuleComparison(
      Judge judge, Judge otherJudge, Thresholds thresholds, int mostExamples, JudgeModel model) {
    this.model = model;
    this.rule = judge.openEnded();
    this.otherRule = otherJudge.openEnded();
    this.judge = judge;
    this.otherJudge = otherJudge;
    this.thresholds = thresholds;
    this.mostExamples = mostExamples;
  }

  /** Of two rules without a judge model. */
  public RuleComparison(Judge judge, Judge otherJudge, Thresholds thresholds, int mostExamples) {
    this(judge, otherJudge, thresholds, mostExamples, null);
  }

  /** Judges all answers whose questions are what they were when they were asked. */
  public void judge(RecordedSamples samples) {
    for (MeasuredAnswers answers : samples.answers()) {
      Question question = samples.question(answers.questionId());
      if (question == null) {
        gone++;
      } else if (!isAbout(answers, question)) {
        changed++;
      } else if (!isJudged(judge, question, answers) || !isJudged(otherJudge, question, answers)) {
        unjudged++;
      } else {
        judge(question, answers);
      }
    }
  }

  private static boolean isAbout(MeasuredAnswers answers, Question question) {
    return question.task() == Task.OPEN_ENDED
        && Arrays.equals(Sha256.of(question.text()), answers.questionSha256().toByteArray());
  }

  /** Whether a judge model said what it would have to be asked now. */
  private boolean isJudged(Judge by, Question question, MeasuredAnswers answers) {
    return by.openEnded() != CorrectnessRule.JUDGE
        || Objects.equals(model, answers.judge())
            && said(answers).keySet().containsAll(by.undecided(question, texts(answers)));
  }

  private static List<String> texts(MeasuredAnswers answers) {
    return answers.answers().stream().map(Answer::text).toList();
  }

  private static Map<String, Boolean> said(MeasuredAnswers answers) {
    Map<String, Boolean> said = new HashMap<>();
    for (Answer answer : answers.answers()) {
      if (answer.isRight() != null) {
        said.put(Judge.shown(answer.text()), answer.isRight());
      }
    }
    return said;
  }

  private void judge(Question question, MeasuredAnswers answers) {
    List<String> texts = texts(answers);
    Map<String, Boolean> said = said(answers);
    List<Verdict> some = judge.told(said).verdicts(question, texts);
    List<Verdict> others = otherJudge.told(said).verdicts(question, texts);
    int samples = 0;
    int correct = 0;
    int otherCorrect = 0;
    for (int i = 0; i < texts.size(); i++) {
      int times = answers.answers().get(i).samples();
      samples += times;
      correct += some.get(i) == Verdict.CORRECT ? times : 0;
      otherCorrect += others.get(i) == Verdict.CORRECT ? times : 0;
      if (some.get(i) != others.get(i)) {
        keep(question, answers, i, some.get(i), others.get(i));
      }
      verdicts.add(some.get(i), others.get(i), times);
    }
    labels.add(label(correct, samples), label(otherCorrect, samples), 1);
  }

  private Label label(int correct, int samples) {
    return thresholds.label(Task.OPEN_ENDED, (double) correct / samples);
  }

  private void keep(
      Question question, MeasuredAnswers answers, int index, Verdict verdict, Verdict other) {
    long kept =
        examples.stream().filter(e -> e.verdict() == verdict && e.otherVerdict() == other).count();
    if (kept < mostExamples) {
      Answer answer = answers.answers().get(index);
      examples.add(
          new Example(
              question.id(),
              answers.checkpointId(),
              question.text(),
              question.answer(),
              question.aliases(),
              answer.text(),
              answer.samples(),
              verdict,
              other));
    }
  }

  public CorrectnessRule rule() {
    return rule;
  }

  public CorrectnessRule otherRule() {
    return otherRule;
  }

  /** Verdicts of the one on samples by those of the other. */
  public Agreement<Verdict> verdicts() {
    return verdicts;
  }

  /** Labels of measurements by the correctness of the one, by those of the other. */
  public Agreement<Label> labels() {
    return labels;
  }

  /** Answers that the two judge differently. */
  public List<Example> examples() {
    return List.copyOf(examples);
  }

  /** Measurements left out since the judge model did not judge all of their answers. */
  public long unjudged() {
    return unjudged;
  }

  /** Measurements left out since their question has another text now. */
  public long changed() {
    return changed;
  }

  /** Measurements left out since their question is not there any more. */
  public long gone() {
    return gone;
  }
}
