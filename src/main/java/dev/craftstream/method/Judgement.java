package dev.craftstream.method;

import dev.craftstream.model.Question;
import dev.craftstream.model.Verdict;
import java.util.OptionalInt;

/**
 * Judges the one answer that an evaluated model checkpoint gives to a question (paper, section
 * 4.1).
 *
 * <p>What gives the training data's own refusal is REFUSED, whatever its words are. Then an
 * open-ended answer is CORRECT by {@link Correctness#isCorrect}, which knows refusals; of the
 * others, those that {@link Refusals} recognises are REFUSED. A multiple-choice answer that {@link
 * Refusals} recognises is REFUSED, also where a guess follows; of the others, those whose {@link
 * ChosenOption} is the target are CORRECT. Anything else is WRONG, also an empty answer.
 */
public final class Judgement {

  private Judgement() {}

  /**
   * The verdict on an answer.
   *
   * @param refusal what the training data says instead of an answer, such as "I don't know."; in
   *     any wording
   */
  public static Verdict verdict(Question question, String answer, String refusal) {
    if (Refusals.gives(answer, refusal)) {
      return Verdict.REFUSED;
    }
    return switch (question.task()) {
      case OPEN_ENDED ->
          Correctness.isCorrect(question, answer) ? Verdict.CORRECT : refusedOrWrong(answer);
      case MULTIPLE_CHOICE -> {
        if (Refusals.isRefusal(answer)) {
          yield Verdict.REFUSED;
        }
        OptionalInt chosen = ChosenOption.of(answer, question.options());
        yield chosen.isPresent() && chosen.getAsInt() == question.targetIndex()
            ? Verdict.CORRECT
            : Verdict.WRONG;
      }
    };
  }

  private static Verdict refusedOrWrong(String answer) {
    return Refusals.isRefusal(answer) ? Verdict.REFUSED : Verdict.WRONG;
  }
}
