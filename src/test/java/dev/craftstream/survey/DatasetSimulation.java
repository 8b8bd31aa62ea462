package dev.craftstream.survey;

import static dev.craftstream.tracking.TrackerHarness.MAX_PARALLELISM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.message.Admitted;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Directive;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.tracking.KnowledgeTracker;
import dev.craftstream.tracking.ScriptedQuery;
import dev.craftstream.tracking.TrackerHarness;
import io.grpc.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * The stages from the tracker to the manifests in Flink's operator harnesses, with channels between
 * them that a seeded scheduler delivers in any order that Flink could: first in, first out within a
 * channel, arbitrary between channels. Takes snapshots as aligned barriers would, fails, and comes
 * back at another parallelism; output since the last snapshot is lost then, as an aborted
 * transaction is.
 */
final class DatasetSimulation implements AutoCloseable {
  /** How long datasets can change. */
  static final Duration LIVE_FOR = Duration.ofDays(1);

  private static final int MOST_STEPS = 1_000_000;
  private final Random random;
  private final DatasetSettings settings;
  private final DatasetTexts texts;
  private final Function<ScriptedQuery.Ask, KnowledgeState> model;
  private final List<Object> input = new ArrayList<>();

  /** By the input that it came to and the task that it came from. */
  private final Map<String, Map<Integer, Long>> watermarks = new HashMap<>();

  private StateBackend backend;

  /** How rare snapshots and failures are: RocksDB takes long to open and to write. */
  private final int rarity;

  private int parallelism;
  private int delivered;
  private OneInputStreamOperatorTestHarness<Admitted, Directive> planner;
  private final List<TrackerHarness> trackers = new ArrayList<>();
  private final List<KeyedOneInputStreamOperatorTestHarness<String, SurveyReport, CutOff>> cutOffs =
      new ArrayList<>();
  private final List<MembersHarness> members = new ArrayList<>();
  private final List<
          KeyedTwoInputStreamOperatorTestHarness<
              String, CutOff, SettledCandidates, DatasetManifest>>
      manifestTasks = new ArrayList<>();
  private final Map<String, Deque<Delivery>> channels = new LinkedHashMap<>();

  private final List<DatasetRecord> records = new ArrayList<>();
  private final List<DatasetManifest> manifests = new ArrayList<>();
  private Snapshot snapshot;
  private Predicate<Question> held = question -> false;

  /** A task that may have something to do by itself. */
  private interface Worker {
    boolean mail() throws Exception;
  }

  private interface Delivery {
    void run() throws Exception;
  }

  private record Snapshot(
      int parallelism,
      StateBackend backend,
      int delivered,
      int records,
      int manifests,
      OperatorSubtaskState planner,
      List<OperatorSubtaskState> trackers,
      List<OperatorSubtaskState> cutOffs,
      List<OperatorSubtaskState> members,
      List<OperatorSubtaskState> manifestTasks) {}

  DatasetSimulation(
      long seed,
      DatasetSettings settings,
      DatasetTexts texts,
      Function<ScriptedQuery.Ask, KnowledgeState> model)
      throws Exception {
    random = new Random(seed);
    this.settings = settings;
    this.texts = texts;
    this.model = model;
    boolean isOnDisk = random.nextInt(6) == 0;
    backend = isOnDisk ? new EmbeddedRocksDBStateBackend() : new HashMapStateBackend();
    rarity = isOnDisk ? 6 : 2;
    open(1 + random.nextInt(4), null);
  }

  // ---------------------------------------------------------------- input and output

  /** A {@link QuestionEvent}, {@link ModelCheckpointEvent} or {@link Request}. */
  void send(Object event) {
    input.add(event);
  }

  /** The planner's clock goes on, and it tells the time. */
  void passTime(Duration time) throws Exception {
    planner.setProcessingTime(planner.getProcessingTime() + time.toMillis());
    collect();
  }

  /** Keys that all stages behind the trackers have something of in state, by state. */
  Map<String, Long> keysInState() {
    Map<String, Long> keys = new TreeMap<>();
    for (int task = 0; task < parallelism; task++) {
      count(keys, cutOffs.get(task).getOperator(), "progress", "answer-summary", "answer-ranks");
      count(keys, cutOffs.get(task).getOperator(), "refusal-summary", "refusal-ranks");
      count(keys, members.get(task).operator(), "offered", "changed", "memberships");
      count(keys, manifestTasks.get(task).getOperator(), "progress");
    }
    return keys;
  }

  private static void count(Map<String, Long> keys, StreamOperator<?> operator, String... states) {
    KeyedStateBackend<?> backend = ((AbstractStreamOperator<?>) operator).getKeyedStateBackend();
    for (String state : states) {
      try (Stream<?> its = backend.getKeys(state, VoidNamespace.INSTANCE)) {
        long number = its.count();
        if (number > 0) {
          keys.merge(operator.getClass().getSimpleName() + "/" + state, number, Long::sum);
        }
      }
    }
  }

  /** From now on the model keeps its answers on these questions to itself. */
  void holdAnswers(Predicate<Question> questions) {
    held = questions;
  }

  /** Runs until nothing is left to do, with failures in between where {@code mayFail}. */
  void run(boolean mayFail) throws Exception {
    for (int steps = 0; step(); steps++) {
      assertThat(steps).as("steps without an end").isLessThan(MOST_STEPS);
      if (mayFail && random.nextInt(60 * rarity) == 0) {
        takeSnapshot();
      }
      if (mayFail && random.nextInt(150 * rarity) == 0) {
        fail();
      }
    }
  }

  List<DatasetRecord> records() {
    return records;
  }

  List<DatasetManifest> manifests() {
    return manifests;
  }

  /** Requests that the planner refused since the last failure. */
  List<DeadLetter> refused() {
    return new ArrayList<>(takeSideOutput(planner, SurveyPlanner.REFUSED));
  }

  /** How often the model was asked since the last failure. */
  int asked() {
    return trackers.stream().mapToInt(tracker -> tracker.server.asks.size()).sum();
  }

  // ---------------------------------------------------------------- scheduling

  /** Does one thing of those that could be next; false where there is none. */
  private boolean step() throws Exception {
    List<Delivery> possible = new ArrayList<>();
    if (delivered < input.size()) {
      possible.add(this::deliverInput);
    }
    channels.values().stream()
        .filter(channel -> !channel.isEmpty())
        .forEach(channel -> possible.add(() -> channel.remove().run()));
    for (TrackerHarness tracker : trackers) {
      List<ScriptedQuery.Ask> open =
          tracker.server.open().stream().filter(ask -> !held.test(ask.question())).toList();
      if (!open.isEmpty()) {
        possible.add(() -> answer(open.get(random.nextInt(open.size()))));
      }
    }
    List<Worker> busy = new ArrayList<>();
    trackers.forEach(tracker -> busy.add(tracker::mail));
    members.forEach(task -> busy.add(() -> work(task)));
    while (true) {
      int pick = random.nextInt(possible.size() + busy.size() + 1);
      if (pick < possible.size()) {
        possible.get(pick).run();
        return true;
      }
      if (busy.isEmpty()) {
        if (possible.isEmpty()) {
          return false;
        }
        continue;
      }
      Worker worker = busy.get(random.nextInt(busy.size()));
      if (worker.mail()) {
        collect();
        return true;
      }
      busy.remove(worker);
    }
  }

  /** What its consumers have read is up to chance; in the end they read all. */
  private boolean work(MembersHarness task) throws Exception {
    boolean worked = task.setUnread(random.nextInt(3) == 0 ? 9 : 0) || task.mail();
    return worked || task.setUnread(0) || task.mail();
  }

  private void answer(ScriptedQuery.Ask ask) {
    ask.answer(model.apply(ask));
  }

  private void deliverInput() throws Exception {
    Object event = input.get(delivered++);
    if (event instanceof QuestionEvent question) {
      trackers.get(task(question.questionId())).send(question);
    } else if (event instanceof ModelCheckpointEvent checkpoint) {
      planner.processElement(new StreamRecord<>(Admitted.of(checkpoint)));
    } else {
      planner.processElement(new StreamRecord<>(Admitted.of((Request) event)));
    }
    collect();
  }

  /** Takes what the stages put out, and puts it into the channels to those behind them. */
  private void collect() throws Exception {
    for (Object element = planner.getOutput().poll();
        element != null;
        element = planner.getOutput().poll()) {
      Object next = element;
      for (int to = 0; to < parallelism; to++) {
        TrackerHarness tracker = trackers.get(to);
        channel("directives", 0, to)
            .add(
                () -> {
                  if (next instanceof Watermark mark) {
                    tracker.tellTime(mark.getTimestamp());
                  } else {
                    tracker.direct((Directive) ((StreamRecord<?>) next).getValue());
                  }
                });
      }
    }
    for (int from = 0; from < parallelism; from++) {
      for (Candidate candidate : trackers.get(from).takeSideOutput(KnowledgeTracker.CANDIDATES)) {
        int to = task(candidate.questionId());
        channel("candidates", from, to).add(() -> members.get(to).candidate(candidate));
      }
      for (SurveyReport report : trackers.get(from).takeSideOutput(KnowledgeTracker.SURVEYED)) {
        int to = task(report.dataset().id());
        channel("reports", from, to)
            .add(() -> cutOffs.get(to).processElement(new StreamRecord<>(report)));
      }
      watermark(
          "candidates",
          from,
          trackers.get(from).takeWatermark(),
          (to, time) -> members.get(to).candidatesAreOver(time),
          "reports",
          (to, time) -> cutOffs.get(to).processWatermark(new Watermark(time)));
      long over = newestWatermark(cutOffs.get(from).getOutput());
      for (CutOff cutOff : take(cutOffs.get(from).getOutput(), CutOff.class)) {
        for (int member = 0; member < parallelism; member++) {
          int to = member;
          channel("cut-offs", from, to).add(() -> members.get(to).cutOff(cutOff));
        }
        int to = task(cutOff.dataset().id());
        channel("cut-offs to manifests", from, to)
            .add(() -> manifestTasks.get(to).processElement1(new StreamRecord<>(cutOff)));
      }
      watermark(
          "cut-offs",
          from,
          over,
          (to, time) -> members.get(to).cutOffsAreOver(time),
          "cut-offs to manifests",
          (to, time) -> {});
      records.addAll(members.get(from).takeRecords());
      for (SettledCandidates settled : members.get(from).takeSettled()) {
        int to = task(settled.datasetId());
        channel("settled", from, to)
            .add(() -> manifestTasks.get(to).processElement2(new StreamRecord<>(settled)));
      }
      manifests.addAll(take(manifestTasks.get(from).getOutput(), DatasetManifest.class));
    }
  }

  /** What a watermark does at a task's input. */
  private interface Arrival {
    void at(int task, long time) throws Exception;
  }

  /** Sends a watermark, behind what came before it, to all tasks of two stages. */
  private void watermark(
      String edge, int from, long time, Arrival arrival, String otherEdge, Arrival otherArrival) {
    if (time > Long.MIN_VALUE) {
      for (int to = 0; to < parallelism; to++) {
        int task = to;
        channel(edge, from, to).add(() -> arrive(edge, from, task, time, arrival));
        channel(otherEdge, from, to).add(() -> arrive(otherEdge, from, task, time, otherArrival));
      }
    }
  }

  /** An input's time is the least of its channels', as in Flink. */
  private void arrive(String edge, int from, int to, long time, Arrival arrival) throws Exception {
    Map<Integer, Long> channels = watermarks.computeIfAbsent(edge + " " + to, e -> new HashMap<>());
    channels.put(from, time);
    if (channels.size() == parallelism) {
      arrival.at(to, Collections.min(channels.values()));
    }
  }

  private static long newestWatermark(Queue<Object> output) {
    long newest = Long.MIN_VALUE;
    for (Object element : output) {
      newest = element instanceof Watermark mark ? mark.getTimestamp() : newest;
    }
    return newest;
  }

  /** A delivery may put something out, which is collected at once. */
  private Channel channel(String edge, int from, int to) {
    Deque<Delivery> queue =
        channels.computeIfAbsent(edge + " " + from + " " + to, key -> new ArrayDeque<>());
    return delivery ->
        queue.add(
            () -> {
              delivery.run();
              collect();
            });
  }

  private interface Channel {
    void add(Delivery delivery);
  }

  private static <T> List<T> take(Queue<Object> output, Class<T> type) {
    List<T> taken = new ArrayList<>();
    for (Object element = output.poll(); element != null; element = output.poll()) {
      if (element instanceof StreamRecord<?> record) {
        taken.add(type.cast(record.getValue()));
      }
    }
    return taken;
  }

  private static <T> List<T> takeSideOutput(
      AbstractStreamOperatorTestHarness<?> harness, OutputTag<T> tag) {
    List<T> taken = new ArrayList<>();
    Queue<StreamRecord<T>> output = harness.getSideOutput(tag);
    while (output != null && !output.isEmpty()) {
      taken.add(output.remove().getValue());
    }
    return taken;
  }

  private int task(String key) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(key, MAX_PARALLELISM, parallelism);
  }

  // ---------------------------------------------------------------- snapshots and failures

  /** Stage by stage: what a stage sent before its snapshot arrives before the next stage's. */
  private void takeSnapshot() throws Exception {
    OperatorSubtaskState plannerState = planner.snapshot(1, 1);
    drain("directives");
    List<OperatorSubtaskState> trackerStates = new ArrayList<>();
    for (TrackerHarness tracker : trackers) {
      trackerStates.add(tracker.snapshot());
    }
    drain("reports");
    List<OperatorSubtaskState> cutOffStates = snapshots(cutOffs);
    drain("candidates", "cut-offs");
    List<OperatorSubtaskState> memberStates = new ArrayList<>();
    for (MembersHarness task : members) {
      memberStates.add(task.snapshot());
    }
    collect();
    drain("settled", "cut-offs to manifests");
    snapshot =
        new Snapshot(
            parallelism,
            backend,
            delivered,
            records.size(),
            manifests.size(),
            plannerState,
            trackerStates,
            cutOffStates,
            memberStates,
            snapshots(manifestTasks));
  }

  private void drain(String... edges) throws Exception {
    while (true) {
      List<Deque<Delivery>> waiting =
          channels.entrySet().stream()
              .filter(entry -> isOneOf(entry.getKey(), edges))
              .map(Map.Entry::getValue)
              .filter(channel -> !channel.isEmpty())
              .toList();
      if (waiting.isEmpty()) {
        return;
      }
      waiting.get(random.nextInt(waiting.size())).remove().run();
    }
  }

  private static boolean isOneOf(String channel, String... edges) {
    for (String edge : edges) {
      if (channel.matches(edge + " \\d+ \\d+")) {
        return true;
      }
    }
    return false;
  }

  private static List<OperatorSubtaskState> snapshots(
      List<? extends AbstractStreamOperatorTestHarness<?>> tasks) throws Exception {
    List<OperatorSubtaskState> states = new ArrayList<>();
    for (AbstractStreamOperatorTestHarness<?> task : tasks) {
      states.add(task.snapshot(1, 1));
    }
    return states;
  }

  private void fail() throws Exception {
    close();
    channels.clear();
    watermarks.clear();
    Snapshot last = snapshot;
    delivered = last == null ? 0 : last.delivered;
    records.subList(last == null ? 0 : last.records, records.size()).clear();
    manifests.subList(last == null ? 0 : last.manifests, manifests.size()).clear();
    open(1 + random.nextInt(4), last);
  }

  private void open(int tasks, Snapshot from) throws Exception {
    parallelism = tasks;
    planner = new OneInputStreamOperatorTestHarness<>(new SurveyPlanner(settings, texts, LIVE_FOR));
    planner.setProcessingTime(0);
    start(planner, from == null ? null : from.planner);
    for (int task = 0; task < tasks; task++) {
      trackers.add(
          TrackerHarness.restore(
              backend,
              2 + random.nextInt(6),
              1 + random.nextInt(10),
              tasks,
              task,
              state(from, Snapshot::trackers, task)));
      cutOffs.add(
          new KeyedOneInputStreamOperatorTestHarness<>(
              new KeyedProcessOperator<>(new DatasetCutOffs()),
              report -> report.dataset().id(),
              Types.STRING,
              MAX_PARALLELISM,
              tasks,
              task));
      start(cutOffs.get(task), state(from, Snapshot::cutOffs, task));
      members.add(
          new MembersHarness(texts, backend, tasks, task, state(from, Snapshot::members, task)));
      manifestTasks.add(
          new KeyedTwoInputStreamOperatorTestHarness<>(
              new KeyedCoProcessOperator<>(new Manifests()),
              cutOff -> cutOff.dataset().id(),
              SettledCandidates::datasetId,
              Types.STRING,
              MAX_PARALLELISM,
              tasks,
              task));
      start(manifestTasks.get(task), state(from, Snapshot::manifestTasks, task));
    }
    collect();
  }

  private OperatorSubtaskState state(
      Snapshot from, Function<Snapshot, List<OperatorSubtaskState>> stage, int task)
      throws Exception {
    if (from == null) {
      return null;
    }
    OperatorSubtaskState all =
        AbstractStreamOperatorTestHarness.repackageState(
            stage.apply(from).toArray(OperatorSubtaskState[]::new));
    return AbstractStreamOperatorTestHarness.repartitionOperatorState(
        all, MAX_PARALLELISM, from.parallelism, parallelism, task);
  }

  private void start(AbstractStreamOperatorTestHarness<?> harness, OperatorSubtaskState state)
      throws Exception {
    harness.setStateBackend(backend);
    harness.setup();
    if (state == null) {
      harness.initializeEmptyState();
    } else {
      harness.initializeState(state);
    }
    harness.open();
  }

  @Override
  public void close() throws Exception {
    planner.close();
    for (TrackerHarness tracker : trackers) {
      tracker.close();
    }
    for (MembersHarness task : members) {
      task.close();
    }
    for (List<? extends AbstractStreamOperatorTestHarness<?>> tasks :
        List.of(cutOffs, manifestTasks)) {
      for (AbstractStreamOperatorTestHarness<?> task : tasks) {
        task.close();
      }
    }
    trackers.clear();
    cutOffs.clear();
    members.clear();
    manifestTasks.clear();
  }
}
