package dev.craftstream.method.judging;

import dev.craftstream.method.judging.Refusals.Reading;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges what a model answers (paper, sections 3.1 and 4.1): correct, refused, or wrong, which also
 * an empty answer is.
 *
 * <p>An open-ended answer is CORRECT where it gives the gold answer, by the {@link
 * CorrectnessRule}, and does not refuse. A multiple-choice answer is CORRECT where its {@link
 * ChosenOption} is the target; where it refuses, a guess behind the refusal does not count. An
 * option that itself reads like a refusal ("It cannot be determined") can be chosen.
 *
 * <p>By {@link CorrectnessRule#JUDGE} a judge model says whether an answer is right. It is asked
 * about answers that are not empty and do not refuse; {@link #undecided} tells which, and {@link
 * #told} makes a judge that knows what it said.
 *
 * <p>In an evaluation, what gives the training data's own refusal is REFUSED before all else.
 */
public final class Judge {

  /** By the paper's rule, with the refusals of the tables. */
  public static final Judge PAPER = new Judge(JudgingRules.PAPER);

  private final CorrectnessRule openEnded;
  private final Refusals refusals;

  /** Whether answers are right, by what a judge model was shown of them. */
  private final Map<String, Boolean> said;

  public Judge(JudgingRules rules) {
    this(rules.openEnded(), Refusals.with(rules.refusals()), Map.of());
  }

  private Judge(CorrectnessRule openEnded, Refusals refusals, Map<String, Boolean> said) {
    this.openEnded = openEnded;
    this.refusals = refusals;
    this.said = said;
  }

  /**
   * The same where a judge model was asked about the answers to a question.
   *
   * @param verdicts whether each text that is {@link #undecided} is right
   */
  public Judge told(Map<String, Boolean> verdicts) {
    return new Judge(openEnded, refusals, Map.copyOf(verdicts));
  }

  /**
   * What only a judge model can judge: distinct texts, each as it is to be shown, in their order.
   * None under other rules, of multiple-choice questions, and where all answers refuse or are
   * empty.
   */
  public Set<String> undecided(Question question, List<String> answers) {
    Set<String> texts = new LinkedHashSet<>();
    if (openEnded == CorrectnessRule.JUDGE && question.task() == Task.OPEN_ENDED) {
      for (String answer : answers) {
        String shown = shown(answer);
        if (!shown.isEmpty() && !refusals.isRefusal(answer)) {
          texts.add(shown);
        }
      }
    }
    return texts;
  }

  /**
   * The same for an evaluated answer.
   *
   * @param refusal what the training data says instead of an answer
   */
  public Set<String> undecided(Question question, String answer, String refusal) {
    return TrainedRefusal.isGiven(refusal, answer)
        ? Set.of()
        : undecided(question, List.of(answer));
  }

  /** What a judge model is shown of an answer: without an empty thought, and the end of a turn. */
  public static String shown(String answer) {
    return Answers.only(answer).strip();
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
        GoldAnswers gold =
            GoldAnswers.of(
                question,
                // It knows a refusal that is the gold answer.
                openEnded == CorrectnessRule.JUDGE ? CorrectnessRule.WORDS : openEnded,
                refusals);
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
    if (openEnded == CorrectnessRule.JUDGE && !reading.isRefusal()) {
      return said(shown(answer));
    }
    if (gold.areIn(answer, reading)) {
      return Verdict.CORRECT;
    }
    return reading.isRefusal() ? Verdict.REFUSED : Verdict.WRONG;
  }

  private Verdict said(String shown) {
    if (shown.isEmpty()) {
      return Verdict.WRONG;
    }
    Boolean correct = said.get(shown);
    if (correct == null) {
      throw new IllegalStateException("No judge model was asked about \"" + shown + "\".");
    }
    return correct ? Verdict.CORRECT : Verdict.WRONG;
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
