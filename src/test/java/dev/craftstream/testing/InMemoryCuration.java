package dev.craftstream.testing;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.craftstream.Curation;
import dev.craftstream.admission.SourceProgress;
import dev.craftstream.admission.StartCondition;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Replay;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.topics.records.UnusableAnswers;
import dev.craftstream.topics.records.WireFormat;
import io.grpc.Context;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.util.Collector;

/**
 * The stages of the job on the test's Flink cluster, with queues in the place of topics and a
 * {@link ScriptedModel} in that of Triton. The job can be started again from its state; what its
 * outputs took after that state was saved is taken back then, as Kafka's transactions would.
 */
public final class InMemoryCuration implements AutoCloseable {
  /** The operator, and the output, that an extended job has more than this version's. */
  public static final String EXTENSION = "revisions";

  /** Writes a record's fields, whatever its other methods say. */
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setVisibility(PropertyAccessor.ALL, Visibility.NONE)
          .setVisibility(PropertyAccessor.FIELD, Visibility.ANY);

  private static final Map<String, InMemoryCuration> OPEN = new ConcurrentHashMap<>();

  private final String name = UUID.randomUUID().toString();
  private final Configuration options;
  private final KnowledgeQuery.Factory model;
  private final Map<String, BlockingQueue<Object>> inputs = new ConcurrentHashMap<>();
  private final Map<String, Output> outputs = new ConcurrentHashMap<>();
  private JobClient job;
  private long modelTime;

  /** What one output took, and how much that was at each Flink checkpoint. */
  private static final class Output {
    private final List<String> records = new ArrayList<>();
    private final Map<Long, Integer> saved = new HashMap<>();
    private final Semaphore places = new Semaphore(0);
    private volatile boolean isHeld;

    void awaitPlace() throws InterruptedException {
      if (isHeld) {
        places.acquire();
      }
    }

    synchronized void add(String record) {
      records.add(record);
    }

    synchronized void save(long flinkCheckpoint) {
      saved.put(flinkCheckpoint, records.size());
    }

    synchronized void takeBackTo(long flinkCheckpoint) {
      records.subList(saved.getOrDefault(flinkCheckpoint, 0), records.size()).clear();
    }

    synchronized List<String> records() {
      return List.copyOf(records);
    }
  }

  /** With these options of Flink and of the job, on top of what the job must have. */
  public InMemoryCuration(Map<String, String> options, ScriptedModel model) {
    this(options, model.factory());
  }

  /** The same with another model. */
  public InMemoryCuration(Map<String, String> options, KnowledgeQuery.Factory model) {
    this.options = ShippedFlink.configuration();
    this.options.setString("kafka.bootstrap-servers", "none:1");
    this.options.setString("triton.endpoints", "none:1");
    options.forEach(this.options::setString);
    this.model = model;
    OPEN.put(name, this);
  }

  // ---------------------------------------------------------------- life cycle

  public JobClient start(int parallelism) throws Exception {
    return start(parallelism, null, false);
  }

  /**
   * Starts the job.
   *
   * @param from a savepoint or Flink checkpoint; null for none
   * @param extended with an operator more, which has state of its own
   */
  public JobClient start(int parallelism, String from, boolean extended) throws Exception {
    Configuration all = new Configuration(options);
    all.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    if (from != null) {
      all.set(StateRecoveryOptions.SAVEPOINT_PATH, from);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(all);
    Curation curation =
        Curation.of(
            source(env, "questions", QuestionEvent.class),
            source(env, "model-checkpoints", ModelCheckpointEvent.class),
            source(env, "requests", Request.class),
            SourceProgress.AT_ONCE,
            SourceProgress.AT_ONCE,
            StartCondition.NONE,
            model,
            CurationSettings.of(options));
    collect(curation.instructions(), "instructions");
    collect(curation.knowledge(), "knowledge");
    collect(curation.datasets(), "datasets");
    collect(curation.manifests(), "manifests");
    collect(curation.evaluations(), "evaluations");
    collect(
        curation
            .unusableAnswers()
            .rebalance()
            .map(new UnusableAnswers(WireFormat.JSON))
            .name("unusable-answers")
            .uid("unusable-answers")
            .union(curation.refused()),
        "dead-letters");
    if (extended) {
      collect(
          curation
              .instructions()
              .keyBy(Instruction::questionId)
              .process(new CountRevisions())
              .name(EXTENSION)
              .uid(EXTENSION),
          EXTENSION);
    }
    job = env.executeAsync("in-memory-curation");
    return job;
  }

  /** Takes back what the outputs took after this Flink checkpoint or savepoint of the job. */
  public void takeBackTo(long flinkCheckpoint) {
    outputs.values().forEach(output -> output.takeBackTo(flinkCheckpoint));
  }

  @Override
  public void close() throws Exception {
    OPEN.remove(name);
    if (job != null && !job.getJobStatus().get().isGloballyTerminalState()) {
      job.cancel().get();
    }
  }

  // ---------------------------------------------------------------- in and out

  public void ask(Question question) {
    input("questions").add(new QuestionEvent(question.id(), question, origin("questions")));
  }

  public void remove(String questionId) {
    input("questions").add(new QuestionEvent(questionId, null, origin("questions")));
  }

  public void request(Request request) {
    input("requests").add(request);
  }

  public void announce(String id, Role role, String base) {
    modelTime++;
    Serving serving = new Serving("model", "1", Contract.VLLM, "embedder", "2", "adapter");
    send(id, new ModelCheckpoint(id, modelTime, role, base, serving));
  }

  public void retire(String id) {
    modelTime++;
    send(id, null);
  }

  /** The model time of the next announcement is one more than this. */
  public void setModelTime(long announced) {
    modelTime = announced;
  }

  private void send(String id, ModelCheckpoint announced) {
    input("model-checkpoints")
        .add(new ModelCheckpointEvent(id, modelTime, announced, original("model-checkpoints")));
  }

  public static OriginalRecord original(String topic) {
    byte[] bytes = topic.getBytes(StandardCharsets.UTF_8);
    return new OriginalRecord(origin(topic), bytes, bytes, new Replay(origin(topic), 2));
  }

  private static Origin origin(String topic) {
    return new Origin(topic, 3, 4_711);
  }

  /** Whether the job's sources took all that came in. */
  public boolean hasReadAll() {
    return inputs.values().stream().allMatch(BlockingQueue::isEmpty);
  }

  /** From now on, an output takes nothing, but what {@link #letThrough} says. */
  public void hold(String output) {
    output(output).isHeld = true;
  }

  public void letThrough(String output, int records) {
    output(output).places.release(records);
  }

  /** An output takes all that comes again. */
  public void release(String output) {
    output(output).isHeld = false;
    output(output).places.release(1);
  }

  /** What an output took so far, as JSON. */
  public List<String> taken(String output) {
    return output(output).records();
  }

  /** A record as JSON: its fields, whatever its other methods say. */
  public static String json(Object record) {
    try {
      return JSON.writeValueAsString(record);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private BlockingQueue<Object> input(String topic) {
    return inputs.computeIfAbsent(topic, t -> new LinkedBlockingQueue<>());
  }

  private Output output(String topic) {
    return outputs.computeIfAbsent(topic, t -> new Output());
  }

  // ---------------------------------------------------------------- operators

  private <T> DataStream<T> source(StreamExecutionEnvironment env, String topic, Class<T> type) {
    return env.addSource(new Queued<T>(name, topic), topic, TypeInformation.of(type))
        .uid(topic)
        .setParallelism(1);
  }

  private <T> void collect(DataStream<T> stream, String topic) {
    stream
        .process(new Taken<T>(name, topic))
        .returns(Types.STRING)
        .name(topic + "-taken")
        .uid(topic + "-taken")
        .setParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .uid(topic + "-end")
        .setParallelism(1);
  }

  private static final class Queued<T> implements SourceFunction<T> {
    private static final long serialVersionUID = 1L;
    private final String curation;
    private final String topic;
    private volatile boolean cancelled;

    Queued(String curation, String topic) {
      this.curation = curation;
      this.topic = topic;
    }

    @Override
    @SuppressWarnings("unchecked")
    public void run(SourceContext<T> context) throws Exception {
      BlockingQueue<Object> records = OPEN.get(curation).input(topic);
      while (!cancelled) {
        T record = (T) records.peek();
        if (record == null) {
          Thread.sleep(5);
          continue;
        }
        synchronized (context.getCheckpointLock()) {
          context.collect(record);
          records.remove();
        }
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  private static final class Taken<T> extends ProcessFunction<T, String>
      implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;
    private final String curation;
    private final String topic;

    Taken(String curation, String topic) {
      this.curation = curation;
      this.topic = topic;
    }

    @Override
    public void processElement(T record, Context context, Collector<String> out)
        throws InterruptedException {
      Output output = OPEN.get(curation).output(topic);
      output.awaitPlace();
      output.add(json(record));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
      OPEN.get(curation).output(topic).save(context.getCheckpointId());
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {}
  }

  /** How many instructions of each question there were since it was added. */
  private static final class CountRevisions
      extends KeyedProcessFunction<String, Instruction, String> {
    private static final long serialVersionUID = 1L;
    private transient ValueState<Integer> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("instructions", Types.INT));
    }

    @Override
    public void processElement(Instruction instruction, Context context, Collector<String> out)
        throws Exception {
      Integer before = count.value();
      count.update(before == null ? 1 : before + 1);
      out.collect(instruction.questionId() + " " + count.value());
    }
  }
}
