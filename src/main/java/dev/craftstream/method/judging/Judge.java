package dev.craftstream.method.judging;

import dev.craftstream.method.judging.Refusals.Reading;
import dev.craftstream.model.Question;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges what a model answers (paper, sections 3.1 and 4.1): correct, refused, or wrong, which also
 * an empty answer is.
 *
 * <p>An open-ended answer is CORRECT where it gives the gold answer, by the {@link
 * CorrectnessRule}, and does not refuse. A multiple-choice answer is CORRECT where its {@link
 * ChosenOption} is the target; where it refuses, a guess behind the refusal does not count. An
 * option that itself reads like a refusal ("It cannot be determined") can be chosen.
 *
 * <p>In an evaluation, what gives the training data's own refusal is REFUSED before all else.
 */
public final class Judge {

  /** By the paper's rule, with the refusals of the tables. */
  public static final Judge PAPER = new Judge(JudgingRules.PAPER);

  private final CorrectnessRule openEnded;
  private final Refusals refusals;

  public Judge(JudgingRules rules) {
    this.openEnded = rules.openEnded();
    this.refusals = Refusals.with(rules.refusals());
  }

  /** How open-ended answers are judged. */
  public CorrectnessRule openEnded() {
    return openEnded;
  }

  /** What is a refusal. */
  public Refusals refusals() {
    return refusals;
  }

  /** The verdict on an answer. */
  public Verdict verdict(Question question, String answer) {
    return verdicts(question, List.of(answer)).get(0);
  }

  /** The verdicts on answers to one question, in their order; equal ones are judged once. */
  public List<Verdict> verdicts(Question question, List<String> answers) {
    List<Verdict> verdicts = new ArrayList<>(answers.size());
    Map<String, Verdict> known = new HashMap<>();
    switch (question.task()) {
      case OPEN_ENDED -> {
        GoldAnswers gold = GoldAnswers.of(question, openEnded, refusals);
        for (String answer : answers) {
          verdicts.add(known.computeIfAbsent(answer, text -> openEnded(gold, text)));
        }
      }
      case MULTIPLE_CHOICE -> {
        for (String answer : answers) {
          verdicts.add(known.computeIfAbsent(answer, text -> choice(question, text).verdict()));
        }
      }
    }
    return verdicts;
  }

  /**
   * The verdict on an evaluated answer.
   *
   * @param refusal what the training data says instead of an answer, such as "I don't know."; in
   *     any wording
   */
  public Verdict verdict(Question question, String answer, String refusal) {
    return TrainedRefusal.isGiven(refusal, answer) ? Verdict.REFUSED : verdict(question, answer);
  }

  private Verdict openEnded(GoldAnswers gold, String answer) {
    Reading reading = refusals.read(answer);
    if (gold.areIn(answer, reading)) {
      return Verdict.CORRECT;
    }
    return reading.isRefusal() ? Verdict.REFUSED : Verdict.WRONG;
  }

  /**
   * What a multiple-choice answer chooses.
   *
   * @param option its position, from 0; -1 where none is chosen
   */
  public record Choice(int option, Verdict verdict) {}

  /** Reads a multiple-choice answer. */
  public Choice choice(Question question, String answer) {
    List<String> options = question.options();
    boolean refused = refusals.isRefusal(answer);
    if (refused && options.stream().noneMatch(refusals::isRefusal)) {
      return new Choice(-1, Verdict.REFUSED);
    }
    int chosen = ChosenOption.of(answer, options).orElse(-1);
    if (refused && (chosen < 0 || !refusals.isRefusal(options.get(chosen)))) {
      return new Choice(-1, Verdict.REFUSED);
    }
    return new Choice(chosen, chosen == question.targetIndex() ? Verdict.CORRECT : Verdict.WRONG);
  }
}
