package dev.craftstream.method;

import dev.craftstream.model.CutOff.Bound;
import dev.craftstream.model.Label;
import dev.craftstream.model.Selection;
import dev.craftstream.model.Shortage;
import dev.craftstream.model.Ties;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Up to where candidates are taken (paper, section 3.2; method of the counts, ties, shortage). */
public final class CutOffs {
  /** The last of all hashes, which are compared unsigned. */
  private static final long LAST_HASH = -1L;

  private static final long[] NO_HASHES = {};
  private static final int[] NO_COPIES = {};

  private CutOffs() {}

  /**
   * The bound of one label.
   *
   * @param datasetId part of the draws' seed
   * @param candidates how many candidates there are
   * @param offered ranks of candidates, the best n among them, in any order
   */
  public static Bound bound(
      Selection selection, String datasetId, Label label, long candidates, List<Rank> offered) {
    int wanted = selection.wanted(label);
    if (candidates < wanted) {
      return selection.shortage() == Shortage.DRAW_AGAIN
          ? drawnAgain(selection, datasetId, label, candidates, offered)
          : everything(candidates, offered.size());
    }
    if (wanted == 0) {
      return new Bound(
          candidates, offered.size(), 0, false, Double.NEGATIVE_INFINITY, 0, NO_HASHES, NO_COPIES);
    }
    boolean keepsTies = selection.tiesAtCutOff() == Ties.KEEP_ALL;
    BestRanks best = new BestRanks(wanted, Ties.EXACT);
    offered.forEach(best::offer);
    Rank last = best.worst();
    long taken = wanted;
    if (keepsTies) {
      taken = offered.stream().filter(rank -> rank.score() <= last.score()).count();
    }
    return new Bound(
        candidates,
        offered.size(),
        taken,
        false,
        last.score(),
        keepsTies ? LAST_HASH : last.hash(),
        NO_HASHES,
        NO_COPIES);
  }

  /**
   * Why the dataset can't be built; empty where it can.
   *
   * @param questions of its task and purpose, candidates or not
   */
  public static String failure(
      Selection selection, long questions, long answerCandidates, long refusalCandidates) {
    if (questions == 0) {
      return "There were no %s questions to choose from. If there are now, request it."
          .formatted(selection.task());
    }
    String failure = "";
    for (Label label : new Label[] {Label.ANSWER, Label.REFUSAL}) {
      long candidates = label == Label.ANSWER ? answerCandidates : refusalCandidates;
      int wanted = selection.wanted(label);
      boolean fails =
          selection.shortage() == Shortage.FAIL
              || (selection.shortage() == Shortage.DRAW_AGAIN && candidates == 0);
      if (failure.isEmpty() && candidates < wanted && fails) {
        failure =
            "Of the %d %s questions that are wanted, there are %d candidates. Bring more questions,"
                    .formatted(wanted, label, candidates)
                + " want fewer, or choose another rule for shortage.";
      }
    }
    return failure;
  }

  private static Bound everything(long candidates, int offered) {
    return new Bound(
        candidates,
        offered,
        candidates,
        true,
        Double.POSITIVE_INFINITY,
        LAST_HASH,
        NO_HASHES,
        NO_COPIES);
  }

  /** Each of the missing ones is drawn from all candidates, in the order of their ranks. */
  private static Bound drawnAgain(
      Selection selection, String datasetId, Label label, long candidates, List<Rank> offered) {
    if (offered.isEmpty()) {
      return everything(candidates, 0);
    }
    List<Rank> ranks = new ArrayList<>(offered);
    ranks.sort(null);
    TreeMap<Integer, Integer> extra = new TreeMap<>();
    for (int draw = 0; draw < selection.wanted(label) - candidates; draw++) {
      extra.merge(
          Seeds.draw(selection.seed(), datasetId, label, draw, ranks.size()), 1, Integer::sum);
    }
    return new Bound(
        candidates,
        offered.size(),
        candidates,
        true,
        Double.POSITIVE_INFINITY,
        LAST_HASH,
        extra.keySet().stream().mapToLong(place -> ranks.get(place).hash()).toArray(),
        extra.values().stream().mapToInt(Integer::intValue).toArray());
  }
}
