package dev.craftstream.tracking;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.model.Cost;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * What asking each live model checkpoint has cost, for the questions of this task.
 *
 * <p>A question's cost under a model checkpoint is added when its request is over: it is measured,
 * given up or taken back. So a restored task has the cost of exactly that which it does not ask
 * again. What a failure took the answer of, it counts when it asks again, and only then.
 *
 * <p>Counted a key group, so that the figures stay right when the job is rescaled, and kept on the
 * heap: an answer costs no access to state. The snapshot is a union list of one entry a task and
 * model checkpoint, 32 bytes a key group.
 */
final class CheckpointCosts {
  private static final int FIGURES = 4;

  private final ListState<TaskCosts> snapshot;
  private final KeyGroups keyGroups;
  private final Ceiling ceiling;

  /** What a model checkpoint may cost in this task, if nothing else is said. */
  private final Ceiling.Share share;

  /** How often more than once a model checkpoint may cost the ceiling; the same in each task. */
  private final BroadcastState<Long, Integer> allowedAgain;

  /** This task's, of the model checkpoints that may cost the ceiling more than once. */
  private final Map<Long, Ceiling.Share> shares = new ConcurrentHashMap<>();

  /**
   * By {@link dev.craftstream.model.checkpoint.ModelCheckpoint#announcedAt()}: each key group's
   * figures.
   */
  private final Map<Long, long[]> byCheckpoint = new HashMap<>();

  /** Read by the threads of metrics reporters, too. */
  private final Map<Long, Cost> totals = new ConcurrentHashMap<>();

  /**
   * What asking a model checkpoint has cost in a task. Fields may only be added to (Flink's POJO
   * evolution).
   *
   * @param announcedAt identifies the model checkpoint
   * @param firstKeyGroup the task's first
   * @param figures of each of its key groups: requests, those with tokens, prompt tokens, generated
   *     tokens
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record TaskCosts(long announcedAt, int firstKeyGroup, long[] figures) {}

  /**
   * The costs as they were saved.
   *
   * @param ceiling what a model checkpoint may cost, of all tasks together
   */
  CheckpointCosts(OperatorStateStore store, KeyGroups keyGroups, Ceiling ceiling) throws Exception {
    this.keyGroups = keyGroups;
    this.ceiling = ceiling;
    share = ceiling.shareOf(keyGroups, 1);
    allowedAgain =
        store.getBroadcastState(
            new MapStateDescriptor<>("ceilings-allowed-again", Types.LONG, Types.INT));
    for (Map.Entry<Long, Integer> entry : allowedAgain.entries()) {
      shares.put(entry.getKey(), ceiling.shareOf(keyGroups, 1 + entry.getValue()));
    }
    snapshot =
        store.getUnionListState(
            new ListStateDescriptor<>("checkpoint-costs", TypeInformation.of(TaskCosts.class)));
    for (TaskCosts costs : snapshot.get()) {
      restore(costs);
    }
  }

  private void restore(TaskCosts saved) {
    for (int i = 0; i < saved.figures.length / FIGURES; i++) {
      int group = saved.firstKeyGroup + i;
      if (keyGroups.contains(group)) {
        add(saved.announcedAt, group, cost(saved.figures, i));
      }
    }
  }

  /** A question's request is over. */
  void add(long announcedAt, String questionId, Cost cost) {
    if (!cost.equals(Cost.NONE)) {
      add(announcedAt, keyGroups.of(questionId), cost);
    }
  }

  private void add(long announcedAt, int group, Cost cost) {
    long[] figures =
        byCheckpoint.computeIfAbsent(announcedAt, any -> new long[FIGURES * keyGroups.size()]);
    int at = FIGURES * (group - keyGroups.first());
    figures[at] += cost.requests();
    figures[at + 1] += cost.requestsWithTokens();
    figures[at + 2] += cost.promptTokens();
    figures[at + 3] += cost.generatedTokens();
    totals.merge(announcedAt, cost, Cost::plus);
  }

  /** This task's share of what the model checkpoint may cost. */
  Ceiling.Share share(long announcedAt) {
    Ceiling.Share raised = shares.get(announcedAt);
    return raised == null ? share : raised;
  }

  /** The model checkpoint may cost once more what the ceiling is. */
  void allowAgain(long announcedAt) throws Exception {
    Integer before = allowedAgain.get(announcedAt);
    int again = before == null ? 1 : before + 1;
    allowedAgain.put(announcedAt, again);
    shares.put(announcedAt, ceiling.shareOf(keyGroups, 1 + again));
  }

  /** Whether the model checkpoint is asked no more, since it has cost what it may. */
  boolean isPaused(long announcedAt) {
    return share(announcedAt).isReachedBy(of(announcedAt));
  }

  /** How many model checkpoints are. */
  int paused() {
    return (int) totals.keySet().stream().filter(this::isPaused).count();
  }

  /** Of all questions of this task. */
  Cost of(long announcedAt) {
    return totals.getOrDefault(announcedAt, Cost.NONE);
  }

  /** Of the questions of these of its key groups. */
  Cost of(long announcedAt, BitSet groups) {
    long[] figures = byCheckpoint.get(announcedAt);
    Cost sum = Cost.NONE;
    if (figures != null) {
      for (int group = groups.nextSetBit(0); group >= 0; group = groups.nextSetBit(group + 1)) {
        sum = sum.plus(cost(figures, group - keyGroups.first()));
      }
    }
    return sum;
  }

  /** Forgets the model checkpoints that are not among {@code live}. */
  void retain(Set<Long> live) throws Exception {
    for (Long announcedAt : List.copyOf(shares.keySet())) {
      if (!live.contains(announcedAt)) {
        shares.remove(announcedAt);
        allowedAgain.remove(announcedAt);
      }
    }
    byCheckpoint.keySet().retainAll(live);
    totals.keySet().retainAll(live);
  }

  void save() throws Exception {
    List<TaskCosts> costs = new ArrayList<>();
    byCheckpoint.forEach(
        (announcedAt, figures) ->
            costs.add(new TaskCosts(announcedAt, keyGroups.first(), figures.clone())));
    snapshot.update(costs);
  }

  private static Cost cost(long[] figures, int i) {
    int at = FIGURES * i;
    return new Cost(figures[at], figures[at + 1], figures[at + 2], figures[at + 3]);
  }
}
