package dev.craftstream.survey;

import dev.craftstream.method.BestRanks;
import dev.craftstream.method.CutOffs;
import dev.craftstream.method.Rank;
import dev.craftstream.model.dataset.CutOff.Bound;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.message.SurveyReport.Ranks;
import java.util.Arrays;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The ranks that are offered for one label of a dataset, the current key, merged as they come: of
 * those in state, which are at most twice the n that are wanted, all but the best n are put out now
 * and then; what is worse than these is only counted from then on. So neither state nor heap grows
 * with the number of tasks that offer, nor with the ties among what they offer.
 */
public final class RankMerge {
  /** Ranks in one entry of the state. */
  static final int CHUNK = 1_024;

  private final Label label;
  private final ValueState<Summary> summary;
  private final MapState<Integer, Chunk> chunks;

  /**
   * What was offered so far. Fields may only be added to (Flink's POJO evolution).
   *
   * @param candidates how many candidates there are
   * @param offered how many of these were offered
   * @param kept how many ranks lie in state
   * @param full whether what is worse than the bound is not kept: there are n that are not
   * @param score the bound's first part
   * @param hash the bound's second part
   * @param tied how many ranks that are not kept have the bound's score
   * @param unsure how many more candidates there were if any sureness were enough
   */
  public record Summary(
      long candidates,
      long offered,
      int kept,
      boolean full,
      double score,
      long hash,
      long tied,
      long unsure) {
    private static final Summary NONE = new Summary(0, 0, 0, false, 0, 0, 0, 0);
  }

  /**
   * Ranks, in no order. Fields may only be added to (Flink's POJO evolution).
   *
   * @param scores their first parts
   * @param hashes their second parts
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Chunk(double[] scores, long[] hashes) {}

  RankMerge(Label label, String state, RuntimeContext context) {
    this.label = label;
    summary =
        context.getState(
            new ValueStateDescriptor<>(state + "-summary", TypeInformation.of(Summary.class)));
    chunks =
        context.getMapState(
            new MapStateDescriptor<>(state + "-ranks", Types.INT, TypeInformation.of(Chunk.class)));
  }

  /** Takes in what one report says of the dataset. */
  void add(Dataset dataset, Ranks ranks) throws Exception {
    if (ranks.candidates() == 0 && ranks.unsure() == 0 && ranks.hashes().length == 0) {
      return;
    }
    Summary before = current();
    Chunks kept = new Chunks(before.kept);
    long tied = before.tied;
    for (int i = 0; i < ranks.hashes().length; i++) {
      double score = ranks.scores()[i];
      long hash = ranks.hashes()[i];
      if (!before.full || Rank.compare(score, hash, before.score, before.hash) < 0) {
        kept.add(score, hash);
      } else if (score == before.score) {
        tied++;
      }
    }
    kept.flush();
    Summary now =
        new Summary(
            before.candidates + ranks.candidates(),
            before.offered + ranks.hashes().length,
            kept.size,
            before.full,
            before.score,
            before.hash,
            tied,
            before.unsure + ranks.unsure());
    int wanted = dataset.selection().wanted(label);
    summary.update(now.kept < wanted + Math.max(wanted, CHUNK) ? now : compacted(now, wanted));
  }

  /** How many candidates there are. */
  long candidates() throws Exception {
    return current().candidates;
  }

  /** Up to where candidates are taken, once all are offered; forgets them. */
  Bound close(Dataset dataset) throws Exception {
    Summary all = current();
    BestRanks best = best(all, dataset.selection().wanted(label));
    Bound bound =
        CutOffs.bound(
            dataset.selection(),
            dataset.id(),
            label,
            all.candidates,
            all.unsure,
            all.offered,
            best,
            tied(all, best));
    clear();
    return bound;
  }

  void clear() {
    summary.clear();
    chunks.clear();
  }

  private Summary current() throws Exception {
    Summary current = summary.value();
    return current == null ? Summary.NONE : current;
  }

  private BestRanks best(Summary all, int wanted) throws Exception {
    BestRanks best = new BestRanks(wanted, Ties.EXACT);
    for (int chunk = 0; chunk * CHUNK < all.kept; chunk++) {
      Chunk its = chunks.get(chunk);
      for (int i = 0; i < its.scores.length; i++) {
        best.offer(its.scores[i], its.hashes[i]);
      }
    }
    return best;
  }

  /** How many of all that were offered have the score of the n-th and are not among the n. */
  private static long tied(Summary all, BestRanks best) {
    Rank worst = best.worst();
    return best.tied() + (all.full && worst.score() == all.score ? all.tied : 0);
  }

  private Summary compacted(Summary all, int wanted) throws Exception {
    BestRanks best = best(all, wanted);
    Chunks kept = new Chunks(0);
    best.forEach(kept::add);
    kept.flush();
    int used = (kept.size + CHUNK - 1) / CHUNK;
    for (int chunk = used; chunk * CHUNK < all.kept; chunk++) {
      chunks.remove(chunk);
    }
    Rank worst = best.worst();
    return new Summary(
        all.candidates,
        all.offered,
        kept.size,
        true,
        worst.score(),
        worst.hash(),
        tied(all, best),
        all.unsure);
  }

  /** Writes ranks behind those that are there, chunk by chunk. */
  private final class Chunks {
    private double[] scores = new double[CHUNK];
    private long[] hashes = new long[CHUNK];
    private int next;
    private int filled;
    private int written;
    private int size;

    /**
     * @param size ranks that are there
     */
    Chunks(int size) {
      this.size = size;
      next = size / CHUNK;
    }

    void add(double score, long hash) throws Exception {
      if (written == 0 && filled == 0 && size % CHUNK > 0) {
        Chunk last = chunks.get(next);
        filled = last.scores.length;
        written = filled;
        System.arraycopy(last.scores, 0, scores, 0, filled);
        System.arraycopy(last.hashes, 0, hashes, 0, filled);
      }
      scores[filled] = score;
      hashes[filled++] = hash;
      size++;
      if (filled == CHUNK) {
        flush();
      }
    }

    void flush() throws Exception {
      if (filled > written) {
        chunks.put(next, new Chunk(Arrays.copyOf(scores, filled), Arrays.copyOf(hashes, filled)));
      }
      if (filled == CHUNK) {
        next++;
        filled = 0;
        written = 0;
      }
    }
  }
}
