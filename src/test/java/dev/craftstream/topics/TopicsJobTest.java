package dev.craftstream.topics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.JsonFormat;
import dev.craftstream.local.KafkaBroker;
import dev.craftstream.model.CheckpointKnowledge;
import dev.craftstream.model.DatasetManifest;
import dev.craftstream.model.DatasetRecord;
import dev.craftstream.model.Evaluation;
import dev.craftstream.model.Instruction;
import dev.craftstream.model.KnowledgeChange;
import dev.craftstream.model.Label;
import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Request;
import dev.craftstream.model.Task;
import dev.craftstream.testing.KafkaBrokerExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sources and sinks in a small job, against a real broker. */
@ExtendWith(KafkaBrokerExtension.class)
class TopicsJobTest {

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              // Two jobs side by side.
              .setNumberSlotsPerTaskManager(4)
              .build());

  private static final int QUESTIONS = 200;

  /** Failures that are still to come. */
  private static final AtomicInteger FAILURES_LEFT = new AtomicInteger();

  private Set<Thread> threadsBefore;

  @BeforeEach
  void noFailures() {
    FAILURES_LEFT.set(0);
    threadsBefore = Set.copyOf(Thread.getAllStackTraces().keySet());
  }

  /** What the connector itself would leave behind, and what this project's clients might. */
  @AfterEach
  void noClientIsLeftBehind() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !threadsBefore.contains(thread))
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.contains("kafka-admin-client-thread"))
                    .noneMatch(name -> name.contains("kafka-producer-network-thread")));
  }

  private static KafkaSettings.Builder settings(KafkaBroker broker) {
    String prefix = KafkaBrokerExtension.freshPrefix();
    return KafkaSettings.builder(broker.bootstrapServers())
        .topicPrefix(prefix)
        .transactionalIdPrefix(prefix + "job")
        .partitions(2);
  }

  private static Question question(int number) {
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

  private static KafkaProducer<byte[], byte[]> producer(
      KafkaSettings settings, Map<String, String> more) {
    Properties properties = settings.connection();
    properties.setProperty("key.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("value.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("max.request.size", String.valueOf(9 << 20));
    properties.putAll(more);
    return new KafkaProducer<>(properties);
  }

  private static void send(KafkaSettings settings, String topic, List<EncodedRecord> records)
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
  private static List<ConsumerRecord<byte[], byte[]>> read(
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
  private static JobClient start(KafkaSettings settings) throws Exception {
    return start(settings, Duration.ofMillis(300));
  }

  private static JobClient start(KafkaSettings settings, Duration betweenFlinkCheckpoints)
      throws Exception {
    return start(settings, betweenFlinkCheckpoints, new TopicSinks(settings));
  }

  private static JobClient start(
      KafkaSettings settings, Duration betweenFlinkCheckpoints, TopicSinks sinks) throws Exception {
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

    SingleOutputStreamOperator<QuestionEvent> questions =
        env.fromSource(
                TopicSources.questions(settings), WatermarkStrategy.noWatermarks(), "questions")
            .process(new ParseRecords<>(new QuestionParser(settings.format(), Limits.DEFAULT)));
    SingleOutputStreamOperator<ModelCheckpointEvent> checkpoints =
        env.fromSource(
                TopicSources.modelCheckpoints(settings),
                WatermarkStrategy.noWatermarks(),
                "model-checkpoints")
            .process(
                new ParseRecords<>(new ModelCheckpointParser(settings.format(), Limits.DEFAULT)));
    questions
        .getSideOutput(ParseRecords.DEAD_LETTERS)
        .union(checkpoints.getSideOutput(ParseRecords.DEAD_LETTERS))
        .sinkTo(sinks.deadLetters());
    DataStream<QuestionEvent> timed =
        questions
            .map(new FailOnce(), TypeInformation.of(QuestionEvent.class))
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<QuestionEvent>noWatermarks()
                    .withTimestampAssigner((event, time) -> 1 + event.origin().offset()));
    timed
        .map(TopicsJobTest::instruction, TypeInformation.of(Instruction.class))
        .sinkTo(sinks.instructions());
    timed
        .map(TopicsJobTest::knowledge, TypeInformation.of(KnowledgeChange.class))
        .sinkTo(sinks.knowledge());
    return env.executeAsync();
  }

  private static void stop(JobClient job) throws Exception {
    job.cancel().get(30, TimeUnit.SECONDS);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> job.getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState());
  }

  private static Instruction instruction(QuestionEvent event) {
    return event.question() == null
        ? Instruction.tombstone(event.questionId(), 2, 1)
        : Samples.instruction(event.question(), 1, Samples.provisional(Label.ANSWER));
  }

  private static KnowledgeChange knowledge(QuestionEvent event) {
    return new KnowledgeChange(
        event.questionId(),
        event.question(),
        1,
        List.of(new CheckpointKnowledge(Samples.INITIAL, Samples.KNOWN)),
        // Questions with an odd number are not measured.
        event.questionId().matches("q.*[13579]") ? "" : "base",
        1);
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

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  @Test
  void givenFailures_whenExactlyOnce_thenEveryRecordIsThereOnceWithTheWallClocksTime(
      KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    RecordEncoder encoder = new RecordEncoder(settings.format());
    FAILURES_LEFT.set(2);
    JobClient job = start(settings);
    int sent = 0;
    // Records have to come after a Flink checkpoint, for the failures to come.
    while (FAILURES_LEFT.get() > 0 || sent < QUESTIONS) {
      List<EncodedRecord> batch = new ArrayList<>();
      for (int i = 0; i < 10; i++, sent++) {
        batch.add(encoder.question(new QuestionEvent("q" + sent, question(sent), Samples.ORIGIN)));
      }
      send(settings, settings.topics().questions(), batch);
      Thread.sleep(100);
    }
    send(
        settings,
        settings.topics().questions(),
        List.of(
            encoder.question(new QuestionEvent("q0", null, Samples.ORIGIN)),
            new EncodedRecord("q1".getBytes(UTF_8), null)));
    long now = System.currentTimeMillis();

    var instructions = read(settings, settings.topics().instructions(), sent + 2);
    assertThat(instructions).hasSize(sent + 2);
    assertThat(instructions)
        .filteredOn(record -> record.value() != null)
        .extracting(record -> text(record.key()))
        .doesNotHaveDuplicates()
        .hasSize(sent);
    assertThat(instructions)
        .filteredOn(record -> record.value() == null)
        .extracting(record -> text(record.key()))
        .containsExactlyInAnyOrder("q0", "q1");
    assertThat(instructions)
        .allSatisfy(
            record ->
                assertThat(record.timestamp())
                    .isBetween(now - Duration.ofMinutes(5).toMillis(), now + 60_000));

    // One of two is measured, and both removals are passed on.
    var knowledge = read(settings, settings.topics().knowledge(), sent / 2 + 2);
    assertThat(knowledge).hasSize(sent / 2 + 2);
    assertThat(knowledge).filteredOn(record -> record.value() == null).hasSize(2);
    stop(job);
  }

  @Test
  void givenRecordsThatCannotBeUsed_whenRead_thenTheyAreDeadLettersWithTheirBytes(
      KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).format(WireFormat.PROTOBUF).build();
    new TopicAdmin(settings).prepare();
    byte[] large = new byte[(8 << 20) - 2_000];
    Arrays.fill(large, (byte) 'x');
    send(
        settings,
        settings.topics().questions(),
        List.of(
            new EncodedRecord("large".getBytes(UTF_8), large),
            new EncodedRecord("bad".getBytes(UTF_8), new byte[] {1, 2, 3})));
    send(
        settings,
        settings.topics().modelCheckpoints(),
        List.of(new EncodedRecord(null, new byte[] {9})));
    // The dead letters are to be JSON, which is a third larger.
    KafkaSettings json = settings(broker).topicPrefix(settings.topics().prefix()).build();
    JobClient job = start(json);

    var letters =
        read(settings, settings.topics().deadLetters(), 3).stream()
            .map(record -> deadLetter(record.value()))
            .collect(Collectors.toMap(letter -> letter.getOriginalKey().toStringUtf8(), l -> l));
    assertThat(letters).containsOnlyKeys("large", "bad", "");
    assertThat(letters.get("large").getReason())
        .isEqualTo(dev.craftstream.v1.Reason.REASON_TOO_LARGE);
    assertThat(letters.get("large").getOriginalValue().toByteArray()).isEqualTo(large);
    assertThat(letters.get("large").getTopic()).isEqualTo(settings.topics().questions());
    assertThat(letters.get("bad").getOriginalValue().toByteArray()).containsExactly(1, 2, 3);
    assertThat(letters.get("").getTopic()).isEqualTo(settings.topics().modelCheckpoints());
    stop(job);
  }

  private static dev.craftstream.v1.DeadLetter deadLetter(byte[] json) {
    try {
      var letter = dev.craftstream.v1.DeadLetter.newBuilder();
      JsonFormat.parser().merge(text(json), letter);
      return letter.build();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void givenATransactionThatADeadRunLeftOpen_whenStartedAnew_thenItIsAborted(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    String topic = settings.topics().instructions();
    // As a run at a higher parallelism leaves it that was killed before its Flink checkpoint.
    var dead =
        producer(
            settings,
            Map.of(
                "transactional.id",
                settings.transactionalIds(topic) + "-5-1",
                "transaction.timeout.ms",
                "600000"));
    dead.initTransactions();
    dead.beginTransaction();
    for (int partition = 0; partition < settings.partitions(); partition++) {
      dead.send(new ProducerRecord<>(topic, partition, new byte[] {1}, new byte[] {1}))
          .get(20, TimeUnit.SECONDS);
    }
    JobClient job = start(settings);
    RecordEncoder encoder = new RecordEncoder(settings.format());
    send(
        settings,
        settings.topics().questions(),
        List.of(encoder.question(new QuestionEvent("q1", question(1), Samples.ORIGIN))));

    assertThat(read(settings, topic, 1))
        .singleElement()
        .satisfies(record -> assertThat(text(record.key())).isEqualTo("q1"));
    dead.close(Duration.ZERO);
    stop(job);
  }

  @Test
  void givenRequests_whenAJobAnswersThem_thenEachRecordIsInTheTopicOfItsKind(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    RecordEncoder encoder = new RecordEncoder(settings.format());
    send(
        settings,
        settings.topics().requests(),
        Samples.REQUESTS.stream().map(encoder::request).toList());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
    env.enableCheckpointing(300);
    DataStream<Request> requests =
        env.fromSource(
                TopicSources.requests(settings), WatermarkStrategy.noWatermarks(), "requests")
            .process(new ParseRecords<>(new RequestParser(settings.format(), Limits.DEFAULT)));
    DataStream<DatasetRecord> records =
        requests
            .filter(
                request ->
                    request.kind() == Request.Kind.DATASET
                        || request.kind() == Request.Kind.REHEARSAL_SET)
            .map(TopicsJobTest::datasetRecord, TypeInformation.of(DatasetRecord.class));
    records.sinkTo(new TopicSinks(settings).datasets());
    records.sinkTo(new TopicSinks(settings).rehearsalSets());
    requests
        .map(request -> manifest(), TypeInformation.of(DatasetManifest.class))
        .sinkTo(new TopicSinks(settings).datasetManifests());
    requests
        .map(request -> Samples.EVALUATION, TypeInformation.of(Evaluation.class))
        .sinkTo(new TopicSinks(settings).evaluations());
    JobClient job = env.executeAsync();

    Topics topics = settings.topics();
    assertThat(keys(read(settings, topics.datasets(), 1))).containsExactly("craft-3\nq1");
    assertThat(keys(read(settings, topics.rehearsalSets(), 1))).containsExactly("r2/rehearsal\nq1");
    assertThat(keys(read(settings, topics.datasetManifests(), Samples.REQUESTS.size())))
        .containsOnly("craft-3");
    assertThat(keys(read(settings, topics.evaluations(), Samples.REQUESTS.size())))
        .containsOnly("base\nTASK_OPEN_ENDED\n");
    stop(job);
  }

  private static DatasetRecord datasetRecord(Request request) {
    boolean training = request.kind() == Request.Kind.DATASET;
    return Samples.datasetRecord(
        training ? Samples.DATASET : Samples.REHEARSAL_SET, DatasetRecord.Mark.REMOVED, null);
  }

  private static DatasetManifest manifest() {
    return Samples.manifest(Samples.DATASET, "", Samples.all(4), Samples.all(2));
  }

  private static List<String> keys(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().map(record -> text(record.key())).toList();
  }

  @Test
  void givenAtLeastOnce_whenRun_thenEveryRecordIsThere(KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).guarantee(DeliveryGuarantee.AT_LEAST_ONCE).build();
    new TopicAdmin(settings).prepare();
    RecordEncoder encoder = new RecordEncoder(settings.format());
    List<EncodedRecord> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batch.add(encoder.question(new QuestionEvent("q" + i, question(i), Samples.ORIGIN)));
    }
    send(settings, settings.topics().questions(), batch);
    JobClient job = start(settings);
    assertThat(read(settings, settings.topics().instructions(), 20)).hasSize(20);
    stop(job);
  }

  @Test
  void givenAProducersOpenTransaction_whenRead_thenOnlyCommittedQuestionsCome(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    RecordEncoder encoder = new RecordEncoder(settings.format());
    JobClient job = start(settings);
    try (var producer = producer(settings, Map.of("transactional.id", "somebody"))) {
      producer.initTransactions();
      for (boolean commit : new boolean[] {false, true}) {
        String id = commit ? "q1" : "q0";
        EncodedRecord record =
            encoder.question(new QuestionEvent(id, question(commit ? 1 : 0), Samples.ORIGIN));
        producer.beginTransaction();
        producer
            .send(
                new ProducerRecord<>(
                    settings.topics().questions(), 0, record.key(), record.value()))
            .get(20, TimeUnit.SECONDS);
        if (commit) {
          producer.commitTransaction();
        } else {
          producer.abortTransaction();
        }
      }
    }
    assertThat(read(settings, settings.topics().instructions(), 1))
        .singleElement()
        .satisfies(record -> assertThat(text(record.key())).isEqualTo("q1"));
    stop(job);
  }

  /** A run in a JVM of its own, to be killed before its first Flink checkpoint. */
  static final class DoomedRun {
    private DoomedRun() {}

    public static void main(String... arguments) throws Exception {
      KafkaSettings settings =
          KafkaSettings.builder(arguments[0])
              .topicPrefix(arguments[1])
              .transactionalIdPrefix(arguments[2])
              .build();
      start(settings, Duration.ofHours(1)).getJobExecutionResult().get();
    }
  }

  @Test
  void givenARunThatWasKilledWithOpenTransactions_whenStartedAnew_thenConsumersGoOn(
      KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).build();
    TopicAdmin topics = new TopicAdmin(settings);
    topics.prepare();
    RecordEncoder encoder = new RecordEncoder(settings.format());
    List<EncodedRecord> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batch.add(encoder.question(new QuestionEvent("q" + i, question(i), Samples.ORIGIN)));
    }
    send(settings, settings.topics().questions(), batch);
    ProcessBuilder java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                DoomedRun.class.getName(),
                settings.bootstrapServers(),
                settings.topics().prefix(),
                settings.transactionalIdPrefix())
            .redirectErrorStream(true)
            .redirectOutput(Path.of("target/doomed-run.log").toFile());
    java.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process doomed = java.start();
    try (Admin admin = Admin.create(settings.connection())) {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> openTransactions(admin, settings) >= 2 && endOffsets(settings) >= 20);
      doomed.destroyForcibly().waitFor();
      assertThat(openTransactions(admin, settings)).isGreaterThanOrEqualTo(2);
    } finally {
      doomed.destroyForcibly();
    }

    new Transactions(settings).requireNoOtherJob(new Lookout(Duration.ofSeconds(1), Duration.ZERO));
    // Far quicker than the transactions' time-out of 15 minutes.
    JobClient job =
        start(
            settings,
            Duration.ofMillis(300),
            new TopicSinks(settings).lookingOut(new Lookout(Duration.ofSeconds(1), Duration.ZERO)));
    assertThat(read(settings, settings.topics().instructions(), 20))
        .extracting(record -> text(record.key()))
        .hasSize(20)
        .doesNotHaveDuplicates();
    stop(job);
  }

  private static long openTransactions(Admin admin, KafkaSettings settings) throws Exception {
    return admin
        .listTransactions(
            new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)))
        .all()
        .get(20, TimeUnit.SECONDS)
        .stream()
        .filter(open -> open.transactionalId().startsWith(settings.transactionalIdPrefix() + "/"))
        .count();
  }

  /** Of all that was written to the topic of instructions, committed or not. */
  private static long endOffsets(KafkaSettings settings) {
    Properties properties = settings.connection();
    properties.setProperty("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.setProperty("value.deserializer", ByteArrayDeserializer.class.getName());
    String topic = settings.topics().instructions();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
      return consumer
          .endOffsets(
              consumer.partitionsFor(topic).stream()
                  .map(partition -> new TopicPartition(topic, partition.partition()))
                  .toList())
          .values()
          .stream()
          .mapToLong(Long::longValue)
          .sum();
    }
  }

  @Test
  void givenARunningJob_whenAnotherWithItsPrefixStarts_thenItsWritersSaySoAndTheFirstGoesOn(
      KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    AtomicBoolean enough = new AtomicBoolean();
    JobClient first = start(settings);
    CompletableFuture<Integer> feeder = CompletableFuture.supplyAsync(() -> feed(settings, enough));
    read(settings, settings.topics().instructions(), 10);

    JobClient second =
        start(
            settings,
            Duration.ofMillis(300),
            new TopicSinks(settings)
                .lookingOut(new Lookout(Duration.ofSeconds(5), Duration.ofSeconds(1))));
    assertThat(second.getJobExecutionResult())
        .failsWithin(Duration.ofMinutes(2))
        .withThrowableThat()
        .havingRootCause()
        .withMessageContaining("Another job is at work with kafka.transactional-id-prefix")
        .withMessageContaining(settings.transactionalIdPrefix() + "/");

    enough.set(true);
    int sent = feeder.get(30, TimeUnit.SECONDS);
    assertThat(read(settings, settings.topics().instructions(), sent))
        .extracting(record -> text(record.key()))
        .hasSize(sent)
        .doesNotHaveDuplicates();
    assertThat(first.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
    stop(first);
  }

  /** Ten questions at a time until it is enough; returns how many. */
  private static int feed(KafkaSettings settings, AtomicBoolean enough) {
    RecordEncoder encoder = new RecordEncoder(settings.format());
    int sent = 0;
    try {
      while (!enough.get()) {
        List<EncodedRecord> batch = new ArrayList<>();
        for (int i = 0; i < 10; i++, sent++) {
          batch.add(
              encoder.question(new QuestionEvent("q" + sent, question(sent), Samples.ORIGIN)));
        }
        send(settings, settings.topics().questions(), batch);
      }
    } catch (Exception e) {
      throw new CompletionException(e);
    }
    return sent;
  }

  /** With hyphens alone, both jobs would write as a-b-instructions-0-1. */
  @Test
  void givenTwoJobsWhosePrefixesRunTogether_whenBothRun_thenNeitherEndsTheOthersTransactions(
      KafkaBroker broker) throws Exception {
    String name = KafkaBrokerExtension.freshPrefix();
    KafkaSettings.Builder common = KafkaSettings.builder(broker.bootstrapServers()).partitions(1);
    KafkaSettings one = common.transactionalIdPrefix(name + "a").topicPrefix(name + "b-").build();
    KafkaSettings other =
        common.transactionalIdPrefix(name + "a-" + name + "b").topicPrefix("").build();
    List<JobClient> jobs = new ArrayList<>();
    for (KafkaSettings settings : List.of(one, other)) {
      new TopicAdmin(settings).prepare();
      jobs.add(start(settings));
    }
    for (int round = 1; round <= 3; round++) {
      for (KafkaSettings settings : List.of(one, other)) {
        RecordEncoder encoder = new RecordEncoder(settings.format());
        send(
            settings,
            settings.topics().questions(),
            List.of(
                encoder.question(new QuestionEvent("q" + round, question(round), Samples.ORIGIN))));
      }
      for (KafkaSettings settings : List.of(one, other)) {
        assertThat(read(settings, settings.topics().instructions(), round)).hasSize(round);
      }
    }
    for (JobClient job : jobs) {
      stop(job);
    }
  }
}
