package dev.craftstream.method;

import dev.craftstream.model.dataset.CutOff.Bound;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.label.Label;
import java.util.Arrays;

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
   * @param unsure how many more there were if any sureness were enough
   * @param offered how many of these were offered
   * @param best the best n of these, which it may empty; n is as many as are wanted
   * @param tied how many more of these have the score of the n-th
   */
  public static Bound bound(
      Selection selection,
      String datasetId,
      Label label,
      long candidates,
      long unsure,
      long offered,
      BestRanks best,
      long tied) {
    int wanted = selection.wanted(label);
    if (candidates < wanted) {
      return selection.shortage() == Shortage.DRAW_AGAIN
          ? drawnAgain(
              selection, datasetId, label, candidates, unsure, offered, best.takeHashesInOrder())
          : everything(candidates, unsure, offered);
    }
    if (wanted == 0) {
      return new Bound(
          candidates, unsure, offered, 0, false, Double.NEGATIVE_INFINITY, 0, NO_HASHES, NO_COPIES);
    }
    boolean keepsTies = selection.tiesAtCutOff() == Ties.KEEP_ALL;
    Rank last = best.worst();
    return new Bound(
        candidates,
        unsure,
        offered,
        keepsTies ? wanted + tied : wanted,
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
                + (selection.surenessFrom() > 0 ? " ask for less sureness," : "")
                + " want fewer, or choose another rule for shortage.";
      }
    }
    return failure;
  }

  private static Bound everything(long candidates, long unsure, long offered) {
    return new Bound(
        candidates,
        unsure,
        offered,
        candidates,
        true,
        Double.POSITIVE_INFINITY,
        LAST_HASH,
        NO_HASHES,
        NO_COPIES);
  }

  /**
   * Each of the missing ones is drawn from all candidates, in the order of their ranks.
   *
   * @param hashes of all candidates, in that order
   */
  private static Bound drawnAgain(
      Selection selection,
      String datasetId,
      Label label,
      long candidates,
      long unsure,
      long offered,
      long[] hashes) {
    if (hashes.length == 0) {
      return everything(candidates, unsure, 0);
    }
    int[] extra = new int[hashes.length];
    for (int draw = 0; draw < selection.wanted(label) - candidates; draw++) {
      extra[Seeds.draw(selection.seed(), datasetId, label, draw, hashes.length)]++;
    }
    int drawn = (int) Arrays.stream(extra).filter(copies -> copies > 0).count();
    long[] drawnAgain = new long[drawn];
    int[] extraCopies = new int[drawn];
    int at = 0;
    for (int place = 0; place < extra.length; place++) {
      if (extra[place] > 0) {
        drawnAgain[at] = hashes[place];
        extraCopies[at++] = extra[place];
      }
    }
    return new Bound(
        candidates,
        unsure,
        offered,
        candidates,
        true,
        Double.POSITIVE_INFINITY,
        LAST_HASH,
        drawnAgain,
        extraCopies);
  }
}
