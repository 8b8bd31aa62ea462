package dev.craftstream.survey;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.flink.KeyOrder;
import dev.craftstream.flink.KeyWalk;
import dev.craftstream.flink.OutputAvailability;
import dev.craftstream.flink.SlicedWork;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.message.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Puts questions into datasets, keyed by question id: those that the survey offered and the cut-off
 * takes, and afterwards, with marks of their own, what comes, changes and goes.
 *
 * <p>A candidate waits here for its dataset's cut-off, which is broadcast; whichever is first waits
 * for the other. When a cut-off comes, those that wait are settled in slices between the task's
 * mails, and no slice goes on where the stages behind do not keep up: a dataset may be large and
 * its consumer slow. What waits is state, and so is what is left to do. A question that changes
 * meanwhile is settled first. Of the questions that are in no dataset nothing stays in state.
 *
 * <p>Later changes: see {@link DatasetPlaces}.
 */
public final class DatasetMembers extends AbstractStreamOperator<DatasetRecord>
    implements TwoInputStreamOperator<Candidate, CutOff, DatasetRecord> {

  /** Side output of what became of the candidates that surveys offered. */
  public static final OutputTag<SettledCandidates> SETTLED =
      new OutputTag<>("settled", TypeInformation.of(SettledCandidates.class));

  private static final long serialVersionUID = 1L;

  /** Candidates that wait for a cut-off, by dataset: as the survey offered them. */
  private static final MapStateDescriptor<String, Candidate> OFFERED =
      new MapStateDescriptor<>(
          "offered", TypeInformation.of(String.class), TypeInformation.of(Candidate.class));

  /** The newest later change that waits for a cut-off, by dataset. */
  private static final MapStateDescriptor<String, Candidate> CHANGED =
      new MapStateDescriptor<>(
          "changed", TypeInformation.of(String.class), TypeInformation.of(Candidate.class));

  /** States of the questions that wait, in the order in which they are settled. */
  private static final List<String> WAITING = List.of(OFFERED.getName(), CHANGED.getName());

  /** States of the questions of which a dataset that is over leaves something. */
  private static final List<String> LEFT_BEHIND =
      List.of(OFFERED.getName(), CHANGED.getName(), DatasetPlaces.MEMBERSHIPS.getName());

  /** Questions that a slice looks at, of which most may have nothing to settle. */
  private static final int LOOKED_AT = 1_000;

  /** Questions that a slice settles. */
  private static final int SETTLED_AT_ONCE = 100;

  private final DatasetTexts texts;

  private transient MailboxExecutor mailbox;
  private transient ListState<CutOff> cutOffState;
  private transient Map<String, CutOff> cutOffs;
  private transient MapState<String, Candidate> offered;
  private transient MapState<String, Candidate> changed;
  private transient DatasetPlaces places;
  private transient Map<String, Settlement> settlements;
  private transient KeyOrder order;
  private transient SlicedWork work;
  private transient OutputAvailability available;

  /** States that the walk under way has still to go through, and those after it. */
  private transient List<String> statesLeft;

  private transient KeyWalk walk;
  private transient boolean walksAgain;

  /** Datasets that the walk under way forgets. */
  private transient Set<String> forgotten;

  /** Nothing comes any more for a dataset whose time is over then. */
  private transient long over;

  public DatasetMembers(DatasetTexts texts) {
    this.texts = texts;
  }

  // ---------------------------------------------------------------- life cycle

  @Override
  public void setMailboxExecutor(MailboxExecutor mailboxExecutor) {
    super.setMailboxExecutor(mailboxExecutor);
    mailbox = mailboxExecutor;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    // Each task forgets a dataset when it is done with it, which another one may not be yet: so a
    // restored task takes the cut-offs of all.
    cutOffState =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>("known-cut-offs", TypeInformation.of(CutOff.class)));
    cutOffs = new HashMap<>();
    for (CutOff cutOff : cutOffState.get()) {
      cutOffs.merge(cutOff.dataset().id(), cutOff, (one, other) -> one.retired() ? one : other);
    }
    forgotten = new HashSet<>();
    offered = context.getKeyedStateStore().getMapState(OFFERED);
    changed = context.getKeyedStateStore().getMapState(CHANGED);
    places =
        new DatasetPlaces(
            texts,
            context.getKeyedStateStore(),
            getMetricGroup(),
            record -> output.collect(new StreamRecord<>(record)));
    settlements = new HashMap<>();
    order = new KeyOrder(KeyGroups.of(getRuntimeContext().getTaskInfo()));
    statesLeft = new ArrayList<>();
  }

  @Override
  public void open() throws Exception {
    super.open();
    available = new OutputAvailability(getContainingTask().getEnvironment().getAllWriters());
    work =
        new SlicedWork(
            "settle candidates", mailbox, getProcessingTimeService(), available, this::slice);
    settleWaiting();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    cutOffState.update(new ArrayList<>(cutOffs.values()));
  }

  @Override
  public void close() throws Exception {
    closeWalk();
    super.close();
  }

  // ---------------------------------------------------------------- cut-offs

  @Override
  public void processElement2(StreamRecord<CutOff> element) throws Exception {
    CutOff cutOff = element.getValue();
    String id = cutOff.dataset().id();
    CutOff before = cutOffs.get(id);
    if (before == null) {
      cutOffs.put(id, cutOff);
      settleWaiting();
    } else {
      cutOffs.put(id, before.frozen());
    }
  }

  /**
   * Both inputs have said that nothing will come any more for datasets whose time is over: neither
   * candidates nor a cut-off.
   */
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    super.processWatermark(mark);
    over = mark.getTimestamp();
    if (forgotten.isEmpty() && cutOffs.values().stream().anyMatch(this::isOver)) {
      settleWaiting();
    }
  }

  private boolean isOver(CutOff cutOff) {
    return cutOff.dataset().isOver(over);
  }

  // ---------------------------------------------------------------- candidates

  @Override
  public void processElement1(StreamRecord<Candidate> element) throws Exception {
    Candidate candidate = element.getValue();
    if (isSettling()) {
      settleCurrent();
    }
    if (candidate.base()) {
      for (String id : candidate.datasetIds()) {
        CutOff cutOff = cutOffs.get(id);
        if (cutOff == null) {
          offered.put(id, candidate);
        } else {
          settle(cutOff, candidate);
        }
      }
    } else {
      for (String id : concerned(candidate)) {
        CutOff cutOff = cutOffs.get(id);
        if (cutOff == null) {
          changed.put(id, candidate);
        } else if (!isOver(cutOff)) {
          places.follow(cutOff, candidate.change());
        }
      }
    }
    sendSettlements();
  }

  /** The datasets in which the question is, waits to be, or could be. */
  private Set<String> concerned(Candidate candidate) throws Exception {
    Set<String> ids = new LinkedHashSet<>(candidate.datasetIds());
    offered.keys().forEach(ids::add);
    changed.keys().forEach(ids::add);
    places.datasets().forEach(ids::add);
    return ids;
  }

  // ---------------------------------------------------------------- those that wait

  private boolean isSettling() {
    return walk != null || walksAgain || !statesLeft.isEmpty();
  }

  /** Has those settled that wait for a cut-off which has come. */
  private void settleWaiting() {
    walksAgain = true;
    work.goOn();
  }

  private boolean slice() throws Exception {
    int settled = 0;
    for (int looked = 0;
        looked < LOOKED_AT
            && settled < SETTLED_AT_ONCE
            && next() != null
            && available.isAvailable();
        looked++) {
      setCurrentKey(walk.peek());
      settled += settleCurrent() ? 1 : 0;
      places.forget(forgotten);
      walk.step();
    }
    sendSettlements();
    return isSettling();
  }

  /** The next question that waits; null where none does any more. */
  private String next() throws Exception {
    while (walk == null || walk.peek() == null) {
      closeWalk();
      if (statesLeft.isEmpty()) {
        cutOffs.keySet().removeAll(forgotten);
        forgotten.clear();
        if (!walksAgain) {
          places.forgetDraws();
          return null;
        }
        walksAgain = false;
        cutOffs.values().stream()
            .filter(this::isOver)
            .forEach(c -> forgotten.add(c.dataset().id()));
        statesLeft.addAll(forgotten.isEmpty() ? WAITING : LEFT_BEHIND);
      }
      KeyedStateBackend<String> backend = getKeyedStateBackend();
      walk = new KeyWalk(backend, statesLeft.remove(0), order);
    }
    return walk.peek();
  }

  private void closeWalk() {
    if (walk != null) {
      walk.close();
      walk = null;
    }
  }

  /** Settles what waits of the current question; returns whether anything did. */
  private boolean settleCurrent() throws Exception {
    boolean any = false;
    for (Map.Entry<String, Candidate> waiting : known(offered)) {
      offered.remove(waiting.getKey());
      settle(cutOffs.get(waiting.getKey()), waiting.getValue());
      any = true;
    }
    for (Map.Entry<String, Candidate> waiting : known(changed)) {
      changed.remove(waiting.getKey());
      // What waited came before the dataset was frozen, if it is.
      places.follow(cutOffs.get(waiting.getKey()).live(), waiting.getValue().change());
      any = true;
    }
    return any;
  }

  /** Of what waits, what has its cut-off; a copy. */
  private List<Map.Entry<String, Candidate>> known(MapState<String, Candidate> waiting)
      throws Exception {
    List<Map.Entry<String, Candidate>> known = new ArrayList<>();
    for (Map.Entry<String, Candidate> entry : waiting.entries()) {
      if (cutOffs.containsKey(entry.getKey())) {
        known.add(Map.entry(entry.getKey(), entry.getValue()));
      }
    }
    return known;
  }

  private void settle(CutOff cutOff, Candidate candidate) throws Exception {
    if (!cutOff.isBuilt()) {
      return;
    }
    places.settle(
        cutOff,
        candidate.change(),
        settlements.computeIfAbsent(cutOff.dataset().id(), Settlement::new));
  }

  private void sendSettlements() {
    if (!settlements.isEmpty()) {
      settlements.values().forEach(its -> output.collect(SETTLED, new StreamRecord<>(its.sum())));
      settlements.clear();
    }
  }
}
