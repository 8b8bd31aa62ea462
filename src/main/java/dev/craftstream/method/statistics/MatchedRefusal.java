package dev.craftstream.method.statistics;

import dev.craftstream.model.knowledge.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Compares models at one refusal rate. A model that refuses more is surer to refuse what is wrong,
 * and what is right: only at the same rate does the rest tell which refuses the right questions.
 */
public final class MatchedRefusal {
  private MatchedRefusal() {}

  /**
   * The verdicts of a model that is made to refuse more: what it refuses, and of the rest the
   * questions of the greatest refusal scores.
   *
   * @param verdicts of the model's own answers
   * @param scores how much it tends to refuse each question, such as the probability of the
   *     refusal's first token
   * @param refusals how many questions it is to refuse; where it refuses as many or more itself,
   *     its verdicts stay as they are
   */
  public static List<Verdict> raised(List<Verdict> verdicts, double[] scores, int refusals) {
    List<Integer> answered = new ArrayList<>();
    for (int i = 0; i < verdicts.size(); i++) {
      if (verdicts.get(i) != Verdict.REFUSED) {
        answered.add(i);
      }
    }
    answered.sort(Comparator.comparingDouble((Integer i) -> -scores[i]).thenComparing(i -> i));
    List<Verdict> raised = new ArrayList<>(verdicts);
    int more = Math.max(0, refusals - (verdicts.size() - answered.size()));
    answered
        .subList(0, Math.min(more, answered.size()))
        .forEach(i -> raised.set(i, Verdict.REFUSED));
    return raised;
  }
}
