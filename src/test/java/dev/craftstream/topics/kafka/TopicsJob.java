package dev.craftstream.topics.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.label.Label;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.ModelCheckpointParser;
import dev.craftstream.topics.records.ParseRecords;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.RecordSamples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A small job from questions to instructions, knowledge and dead letters, and its topics. */
final class TopicsJob {

  /** Failures that are still to come, where a Flink checkpoint has been taken. */
  static final AtomicInteger FAILURES_LEFT = new AtomicInteger();

  /**
   * @param bothNoticed whether the writers of instructions and of knowledge know that they are
   *     fenced
   */
  record Fencing(KafkaSettings settings, BooleanSupplier bothNoticed) {}

  /** To be done once by a task of the job; null for none. */
  static final AtomicReference<Fencing> FENCING = new AtomicReference<>();

  private TopicsJob() {}

  static KafkaSettings.Builder settings(KafkaBroker broker) {
    String prefix = KafkaBrokerExtension.freshPrefix();
    return KafkaSettings.builder(broker.bootstrapServers())
        .topicPrefix(prefix)
        .transactionalIdPrefix(prefix + "job")
        .partitions(2);
  }

  static Question question(int number) {
    return new Question(
        "q" + number,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        "Which number comes before " + (number + 1) + "?",
        String.valueOf(number),
        List.of(),
        List.of(),
        "",
        List.of());
  }

  static KafkaProducer<byte[], byte[]> producer(KafkaSettings settings, Map<String, String> more) {
    Properties properties = settings.connection();
    properties.setProperty("key.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("value.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("max.request.size", String.valueOf(9 << 20));
    properties.putAll(more);
    return new KafkaProducer<>(properties);
  }

  static void send(KafkaSettings settings, String topic, List<EncodedRecord> records)
      throws Exception {
    try (var producer = producer(settings, Map.of())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (EncodedRecord record : records) {
        sent.add(producer.send(new ProducerRecord<>(topic, record.key(), record.value())));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get(20, TimeUnit.SECONDS);
      }
    }
  }

  /** Waits until {@code topic} has {@code count} committed records, and a little for more. */
  static List<ConsumerRecord<byte[], byte[]>> read(
      KafkaSettings settings, String topic, int count) {
    Properties properties = settings.connection();
    properties.setProperty("isolation.level", "read_committed");
    properties.setProperty("auto.offset.reset", "earliest");
    properties.setProperty("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.setProperty("value.deserializer", ByteArrayDeserializer.class.getName());
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
      consumer.assign(
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList());
      await()
          .atMost(Duration.ofSeconds(90))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= count;
              });
      consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
    }
    return records;
  }

  /** Questions to instructions, knowledge and dead letters, with event times 1, 2, 3. */
  static JobClient start(KafkaSettings settings) throws Exception {
    return start(settings, Duration.ofMillis(300));
  }

  static JobClient start(KafkaSettings settings, Duration betweenFlinkCheckpoints)
      throws Exception {
    return start(settings, betweenFlinkCheckpoints, new TopicSinks(settings));
  }

  static JobClient start(KafkaSettings settings, Duration betweenFlinkCheckpoints, TopicSinks sinks)
      throws Exception {
    return start(settings, betweenFlinkCheckpoints, sinks, 0);
  }

  /**
   * @param failingStarts how many attempts fail while the writers start
   */
  static JobClient start(
      KafkaSettings settings, Duration betweenFlinkCheckpoints, TopicSinks sinks, int failingStarts)
      throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 5);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    env.enableCheckpointing(betweenFlinkCheckpoints.toMillis());
    // The first one comes after this, and not at a random time within the interval.
    env.getCheckpointConfig().setMinPauseBetweenCheckpoints(betweenFlinkCheckpoints.toMillis());

    SingleOutputStreamOperator<QuestionEvent> questions =
        env.fromSource(
                TopicSources.questions(settings), WatermarkStrategy.noWatermarks(), "questions")
            .process(
                new ParseRecords<>(new QuestionParser(settings.format(), RecordLimits.DEFAULT)));
    SingleOutputStreamOperator<ModelCheckpointEvent> checkpoints =
        env.fromSource(
                TopicSources.modelCheckpoints(settings),
                WatermarkStrategy.noWatermarks(),
                "model-checkpoints")
            .process(
                new ParseRecords<>(
                    new ModelCheckpointParser(settings.format(), RecordLimits.DEFAULT)));
    questions
        .getSideOutput(ParseRecords.DEAD_LETTERS)
        .union(
            checkpoints
                .getSideOutput(ParseRecords.DEAD_LETTERS)
                .filter(new FailAtStart(failingStarts)))
        .sinkTo(sinks.deadLetters());
    DataStream<QuestionEvent> timed =
        questions
            .map(new FailOnce(), TypeInformation.of(QuestionEvent.class))
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<QuestionEvent>noWatermarks()
                    .withTimestampAssigner((event, time) -> 1 + event.origin().offset()))
            .flatMap(new FenceOnce())
            .returns(QuestionEvent.class)
            .name("fence")
            // One chain would have a longer name than Flink's metrics take.
            .startNewChain();
    timed
        .map(TopicsJob::instruction, TypeInformation.of(Instruction.class))
        .name("i")
        .sinkTo(sinks.instructions())
        .name("i");
    timed
        .map(TopicsJob::knowledge, TypeInformation.of(KnowledgeChange.class))
        .name("k")
        .sinkTo(sinks.knowledge())
        .name("k");
    return env.executeAsync();
  }

  static void stop(JobClient job) throws Exception {
    job.cancel().get(30, TimeUnit.SECONDS);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> job.getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState());
  }

  private static Instruction instruction(QuestionEvent event) {
    return event.question() == null
        ? Instruction.tombstone(event.questionId(), 2, 1)
        : RecordSamples.instruction(event.question(), 1, RecordSamples.provisional(Label.ANSWER));
  }

  private static KnowledgeChange knowledge(QuestionEvent event) {
    return new KnowledgeChange(
        event.questionId(),
        event.question(),
        1,
        List.of(new CheckpointKnowledge(RecordSamples.INITIAL, RecordSamples.KNOWN)),
        isMeasured(event) ? "base" : "",
        1);
  }

  /** Questions with an odd number are not. */
  private static boolean isMeasured(QuestionEvent event) {
    return !event.questionId().matches("q.*[13579]");
  }

  /** Fails when it is opened, at the first attempts. It is in no chain with a sink. */
  private static final class FailAtStart extends RichFilterFunction<DeadLetter> {
    private static final long serialVersionUID = 1L;
    private final int attempts;

    FailAtStart(int attempts) {
      this.attempts = attempts;
    }

    @Override
    public void open(OpenContext context) {
      TaskInfo task = getRuntimeContext().getTaskInfo();
      // One failure an attempt, since each counts against the restarts that are allowed.
      if (task.getIndexOfThisSubtask() == 0 && task.getAttemptNumber() < attempts) {
        throw new IllegalStateException("A failure at the start, as the test wants it.");
      }
    }

    @Override
    public boolean filter(DeadLetter letter) {
      return true;
    }
  }

  /**
   * Takes their transactional ids from both writers behind it, while their transactions are open
   * and no Flink checkpoint holds them, and goes on when both have noticed.
   */
  private static final class FenceOnce extends RichFlatMapFunction<QuestionEvent, QuestionEvent>
      implements CheckpointedFunction, CheckpointListener {
    private static final long serialVersionUID = 1L;
    private long taken;
    private long completed;

    @Override
    public void flatMap(QuestionEvent event, Collector<QuestionEvent> out) throws Exception {
      Fencing fencing = FENCING.get();
      if (fencing == null || taken != completed || !isMeasured(event)) {
        out.collect(event);
        return;
      }
      KafkaSettings settings = fencing.settings();
      List<String> open =
          openTransactions(settings)
              .filter(
                  id ->
                      isOwn(id, settings.transactionalIds(settings.topics().instructions()))
                          || isOwn(id, settings.transactionalIds(settings.topics().knowledge())))
              .toList();
      // Both subtasks look.
      if (open.size() != 2 || !FENCING.compareAndSet(fencing, null)) {
        out.collect(event);
        return;
      }
      for (String id : open) {
        try (var other = producer(settings, Map.of("transactional.id", id))) {
          other.initTransactions();
        }
      }
      out.collect(event);
      await().atMost(Duration.ofMinutes(1)).until(fencing.bothNoticed()::getAsBoolean);
    }

    private boolean isOwn(String transactionalId, String ids) {
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      return transactionalId.startsWith(ids + "-" + subtask + "-");
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
      taken = context.getCheckpointId();
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {
      taken = completed = context.getRestoredCheckpointId().orElse(0);
    }

    /** Comes after that of the sink behind it, which has committed then. */
    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      completed = checkpointId;
    }
  }

  /** The settings' transactional ids with an open transaction. */
  static Stream<String> openTransactions(KafkaSettings settings) throws Exception {
    try (Admin admin = Admin.create(settings.connection())) {
      return admin
          .listTransactions(
              new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)))
          .all()
          .get(20, TimeUnit.SECONDS)
          .stream()
          .map(TransactionListing::transactionalId)
          .filter(id -> id.startsWith(settings.transactionalIdPrefix() + "/"));
    }
  }

  /** Fails when records came since a Flink checkpoint, as long as failures are left. */
  private static final class FailOnce
      implements MapFunction<QuestionEvent, QuestionEvent>, CheckpointListener {
    private static final long serialVersionUID = 1L;
    private boolean checkpointed;

    @Override
    public QuestionEvent map(QuestionEvent event) {
      if (checkpointed && FAILURES_LEFT.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("A failure, as the test wants it.");
      }
      return event;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      checkpointed = true;
    }
  }

  static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
