package dev.craftstream.tracking;

import dev.craftstream.evaluation.Evaluations;
import dev.craftstream.evaluation.PromptKey;
import dev.craftstream.evaluation.SubjectKey;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Survey;
import dev.craftstream.relabel.LastDecision;
import dev.craftstream.survey.DatasetCutOffs;
import dev.craftstream.survey.Manifests;
import dev.craftstream.survey.Membership;
import dev.craftstream.survey.RankMerge;
import dev.craftstream.survey.SurveyPlanner;
import dev.craftstream.survey.SurveyProgress;
import dev.craftstream.survey.Surveys;
import dev.craftstream.testing.InMemoryCuration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.SavepointReader;
import org.apache.flink.state.api.functions.KeyedStateReaderFunction;
import org.apache.flink.state.api.runtime.SavepointLoader;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/**
 * What lies in a savepoint of {@link InMemoryCuration}, read with the state types of this version.
 * A state is named {@code uid/state}.
 */
public final class SavedState {
  private static final String TRACKER = "knowledge-tracker";
  private static final String MEMBERS = "dataset-members";
  private static final TypeInformation<Tuple2<String, String>> ENTRY =
      Types.TUPLE(Types.STRING, Types.STRING);

  private final SavepointReader savepoint;
  private DataStream<Tuple2<String, String>> entries;

  private SavedState(SavepointReader savepoint) {
    this.savepoint = savepoint;
  }

  /**
   * The names of all states that the savepoint holds, timers too, whether there is anything in them
   * or not; as Flink wrote them, whatever this version knows of.
   */
  public static SortedSet<String> names(String path) throws IOException {
    SortedSet<String> names = new TreeSet<>();
    for (OperatorState operator : SavepointLoader.loadSavepointMetadata(path).getOperatorStates()) {
      String uid = operator.getOperatorUid().orElseThrow();
      boolean keyed = false;
      for (OperatorSubtaskState subtask : operator.getStates()) {
        for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
          handle.getStateNameToPartitionOffsets().keySet().forEach(s -> names.add(uid + "/" + s));
        }
        keyed |= !subtask.getManagedKeyedState().isEmpty();
      }
      if (keyed) {
        SavepointLoader.loadOperatorStateMetadata(path, OperatorIdentifier.forUid(uid))
            .keySet()
            .forEach(s -> names.add(uid + "/" + s));
      }
    }
    return names;
  }

  /** All that lies in the states, as JSON, by the states' names; timers left out. */
  public static SortedMap<String, List<String>> read(String path) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    SavedState state =
        new SavedState(SavepointReader.read(env, path, new EmbeddedRocksDBStateBackend()));

    state.list("checkpoint-admission", "waiting", ModelCheckpointEvent.class);
    state.list("checkpoint-admission", "waiting-requests", Request.class);
    state.list("checkpoint-admission", "known", ModelCheckpoint.class);
    state.list("survey-planner", "known", ModelCheckpoint.class);
    state.list("survey-planner", "met-requests", SurveyPlanner.MetRequest.class);
    state.union(TRACKER, "question-counts", QuestionCounts.KeyGroupCount.class);
    state.union(TRACKER, "checkpoint-costs", CheckpointCosts.TaskCosts.class);
    state.union(TRACKER, "unfinished-surveys", SurveyProgress.Unfinished.class);
    state.broadcast(TRACKER, "model-checkpoints", ModelCheckpoint.class);
    state.broadcast(TRACKER, "model-time", Long.class);
    state.broadcast(TRACKER, "surveys", Survey.class);
    state.union(MEMBERS, "known-cut-offs", CutOff.class);
    state.keyed(
        TRACKER,
        new ValueStateDescriptor<>("question", TrackedQuestionSerializer.INSTANCE),
        new MapStateDescriptor<>(
            Surveys.PROMISED, Types.STRING, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    state.keyed(
        "relabeler",
        new ValueStateDescriptor<>("last-decision", TypeInformation.of(LastDecision.class)));
    state.keyed(
        "cut-offs",
        new ValueStateDescriptor<>("progress", TypeInformation.of(DatasetCutOffs.Progress.class)),
        new ValueStateDescriptor<>("answer-summary", TypeInformation.of(RankMerge.Summary.class)),
        new MapStateDescriptor<>(
            "answer-ranks", Types.INT, TypeInformation.of(RankMerge.Chunk.class)),
        new ValueStateDescriptor<>("refusal-summary", TypeInformation.of(RankMerge.Summary.class)),
        new MapStateDescriptor<>(
            "refusal-ranks", Types.INT, TypeInformation.of(RankMerge.Chunk.class)));
    state.keyed(
        MEMBERS,
        new MapStateDescriptor<>("offered", Types.STRING, TypeInformation.of(Candidate.class)),
        new MapStateDescriptor<>("changed", Types.STRING, TypeInformation.of(Candidate.class)),
        new MapStateDescriptor<>(
            "memberships", Types.STRING, TypeInformation.of(Membership.class)));
    state.keyed(
        "manifests",
        new ValueStateDescriptor<>("progress", TypeInformation.of(Manifests.Progress.class)));
    state.keyed(
        "evaluations",
        subjects("subjects"),
        subjects("largest-subjects"),
        new MapStateDescriptor<>(
            "tasks",
            TypeInformation.of(Task.class),
            TypeInformation.of(Evaluations.TaskCounts.class)),
        new ValueStateDescriptor<>("counted", TypeInformation.of(Evaluations.Counted.class)),
        new MapStateDescriptor<>("prompts", TypeInformation.of(PromptKey.class), Types.LONG),
        new ValueStateDescriptor<>("key-groups", Types.INT),
        new ValueStateDescriptor<>("abandoned", Types.BOOLEAN));

    SortedMap<String, List<String>> read = new TreeMap<>();
    try (CloseableIterator<Tuple2<String, String>> entries = state.entries.executeAndCollect()) {
      entries.forEachRemaining(
          entry -> read.computeIfAbsent(entry.f0, name -> new ArrayList<>()).add(entry.f1));
    }
    read.values().forEach(values -> values.sort(null));
    return read;
  }

  private static MapStateDescriptor<SubjectKey, long[]> subjects(String state) {
    return new MapStateDescriptor<>(
        state,
        TypeInformation.of(SubjectKey.class),
        PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO);
  }

  private <T> void list(String uid, String state, Class<T> type) throws IOException {
    add(
        uid,
        state,
        savepoint.readListState(OperatorIdentifier.forUid(uid), state, TypeInformation.of(type)));
  }

  private <T> void union(String uid, String state, Class<T> type) throws IOException {
    add(
        uid,
        state,
        savepoint.readUnionState(OperatorIdentifier.forUid(uid), state, TypeInformation.of(type)));
  }

  private <T> void broadcast(String uid, String state, Class<T> type) throws IOException {
    add(
        uid,
        state,
        savepoint.readBroadcastState(
            OperatorIdentifier.forUid(uid), state, Types.STRING, TypeInformation.of(type)));
  }

  private <T> void add(String uid, String state, DataStream<T> values) {
    String name = uid + "/" + state;
    add(values.map(value -> Tuple2.of(name, json(value))).returns(ENTRY));
  }

  private void keyed(String uid, StateDescriptor<?, ?>... states) throws IOException {
    add(
        savepoint.readKeyedState(
            OperatorIdentifier.forUid(uid),
            new KeyedEntries(uid, List.of(states)),
            Types.STRING,
            ENTRY));
  }

  private void add(DataStream<Tuple2<String, String>> more) {
    entries = entries == null ? more : entries.union(more);
  }

  private static String json(Object value) {
    return value instanceof Tuple2<?, ?> entry
        ? entry(entry.f0, entry.f1)
        : InMemoryCuration.json(value);
  }

  private static String entry(Object key, Object value) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("key", key);
    entry.put("value", value);
    return InMemoryCuration.json(entry);
  }

  /** Reads the keyed states of one operator. */
  private static final class KeyedEntries
      extends KeyedStateReaderFunction<String, Tuple2<String, String>> {
    private static final long serialVersionUID = 1L;
    private final String uid;
    private final ArrayList<StateDescriptor<?, ?>> descriptors;
    private transient Map<String, State> states;

    KeyedEntries(String uid, List<StateDescriptor<?, ?>> descriptors) {
      this.uid = uid;
      this.descriptors = new ArrayList<>(descriptors);
    }

    @Override
    public void open(OpenContext context) {
      states = new LinkedHashMap<>();
      for (StateDescriptor<?, ?> descriptor : descriptors) {
        State state =
            switch (descriptor.getType()) {
              case VALUE -> getRuntimeContext().getState((ValueStateDescriptor<?>) descriptor);
              case LIST -> getRuntimeContext().getListState((ListStateDescriptor<?>) descriptor);
              case MAP -> getRuntimeContext().getMapState((MapStateDescriptor<?, ?>) descriptor);
              default -> throw new IllegalArgumentException(descriptor.toString());
            };
        states.put(uid + "/" + descriptor.getName(), state);
      }
    }

    @Override
    public void readKey(String key, Context context, Collector<Tuple2<String, String>> out)
        throws Exception {
      for (Map.Entry<String, State> named : states.entrySet()) {
        for (Object value : values(named.getValue())) {
          out.collect(Tuple2.of(named.getKey(), entry(key, value)));
        }
      }
    }

    private static List<Object> values(State state) throws Exception {
      List<Object> values = new ArrayList<>();
      if (state instanceof ValueState<?> one) {
        if (one.value() != null) {
          values.add(one.value());
        }
      } else if (state instanceof ListState<?> list) {
        list.get().forEach(values::add);
      } else if (state instanceof MapState<?, ?> map) {
        for (Map.Entry<?, ?> entry : map.entries()) {
          values.add(Map.of("key", entry.getKey(), "value", entry.getValue()));
        }
      }
      return values;
    }
  }
}
