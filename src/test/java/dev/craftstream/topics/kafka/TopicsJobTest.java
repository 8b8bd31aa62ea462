package dev.craftstream.topics.kafka;

import static dev.craftstream.topics.kafka.TopicsJob.FAILURES_LEFT;
import static dev.craftstream.topics.kafka.TopicsJob.producer;
import static dev.craftstream.topics.kafka.TopicsJob.question;
import static dev.craftstream.topics.kafka.TopicsJob.read;
import static dev.craftstream.topics.kafka.TopicsJob.send;
import static dev.craftstream.topics.kafka.TopicsJob.settings;
import static dev.craftstream.topics.kafka.TopicsJob.start;
import static dev.craftstream.topics.kafka.TopicsJob.stop;
import static dev.craftstream.topics.kafka.TopicsJob.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.craftstream.client.replay.DeadLetterReplay;
import dev.craftstream.client.replay.ReplayChoice;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.ParseRecords;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.RecordSamples;
import dev.craftstream.topics.records.RequestParser;
import dev.craftstream.topics.records.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sources and sinks in a small job, against a real broker. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class TopicsJobTest {

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final int QUESTIONS = 200;

  @RegisterExtension final NoClientLeft noClientLeft = new NoClientLeft();

  @BeforeEach
  void noFailures() {
    FAILURES_LEFT.set(0);
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
        batch.add(
            encoder.question(new QuestionEvent("q" + sent, question(sent), RecordSamples.ORIGIN)));
      }
      send(settings, settings.topics().questions(), batch);
      Thread.sleep(100);
    }
    send(
        settings,
        settings.topics().questions(),
        List.of(
            encoder.question(new QuestionEvent("q0", null, RecordSamples.ORIGIN)),
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

  @Test
  void givenAReplayedRecordThatFailsAgain_whenRead_thenItsDeadLetterSaysSo(KafkaBroker broker)
      throws Exception {
    KafkaSettings settings = settings(broker).build();
    new TopicAdmin(settings).prepare();
    byte[] bad = "{\"question_id\": \"q\"".getBytes(UTF_8);
    send(
        settings,
        settings.topics().questions(),
        List.of(new EncodedRecord("q".getBytes(UTF_8), bad)));
    JobClient job = start(settings);
    var first = deadLetter(read(settings, settings.topics().deadLetters(), 1).get(0).value());
    assertThat(first.getReplays()).isZero();
    assertThat(first.getReplayedFrom()).isEmpty();

    new DeadLetterReplay(
            settings,
            new ReplayChoice(Set.of(), Set.of(), Set.of(), null, null, 3, Long.MAX_VALUE),
            (read, left) -> {})
        .replay();

    var second = deadLetter(read(settings, settings.topics().deadLetters(), 2).get(1).value());
    assertThat(second.getReplays()).isEqualTo(1);
    assertThat(second.getReplayedFrom())
        .isEqualTo("%s-%d-%d".formatted(first.getTopic(), first.getPartition(), first.getOffset()));
    assertThat(second.getOffset()).isGreaterThan(first.getOffset());
    assertThat(second.getOriginalValue().toByteArray()).isEqualTo(bad);
    stop(job);
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenRecordsOfAnyKind_whenWritten_thenTheirHeadersSayWhatTheyAre(
      WireFormat format, KafkaBroker broker) throws Exception {
    KafkaSettings settings = settings(broker).format(format).build();
    new TopicAdmin(settings).prepare();
    RecordEncoder encoder = new RecordEncoder(format);
    send(
        settings,
        settings.topics().questions(),
        List.of(
            encoder.question(new QuestionEvent("q0", question(0), RecordSamples.ORIGIN)),
            encoder.question(new QuestionEvent("q1", question(1), RecordSamples.ORIGIN)),
            encoder.question(new QuestionEvent("q0", null, RecordSamples.ORIGIN)),
            new EncodedRecord("bad".getBytes(UTF_8), new byte[] {1, 2, 3})));
    JobClient job = start(settings);

    var instructions = read(settings, settings.topics().instructions(), 3);
    assertThat(instructions).hasSize(3).anyMatch(record -> record.value() == null);
    var letters = read(settings, settings.topics().deadLetters(), 1);
    stop(job);

    assertThat(instructions)
        .allSatisfy(
            record ->
                assertThat(headers(record)).containsEntry("ce_type", "craftstream.v1.Instruction"));
    assertThat(headers(letters.get(0))).containsEntry("ce_type", "craftstream.v1.DeadLetter");
    instructions.addAll(letters);
    assertThat(instructions)
        .allSatisfy(
            record ->
                assertThat(headers(record))
                    .containsOnlyKeys(
                        "content-type",
                        "ce_specversion",
                        "ce_type",
                        "ce_source",
                        "ce_id",
                        "craft-version")
                    .containsEntry(
                        "content-type",
                        format == WireFormat.JSON ? "application/json" : "application/protobuf")
                    .containsEntry("ce_specversion", "1.0")
                    .containsEntry("ce_source", settings.transactionalIdPrefix())
                    // The tests' classes lie in no jar, whose manifest would say the version.
                    .containsEntry("craft-version", "unpackaged"));
    assertThat(instructions)
        .extracting(record -> headers(record).get("ce_id"))
        .doesNotHaveDuplicates()
        .allSatisfy(id -> assertThat(id).isNotBlank());
  }

  private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new HashMap<>();
    record.headers().forEach(header -> headers.put(header.key(), text(header.value())));
    return headers;
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
        List.of(encoder.question(new QuestionEvent("q1", question(1), RecordSamples.ORIGIN))));

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
        RecordSamples.REQUESTS.stream().map(encoder::request).toList());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
    env.enableCheckpointing(300);
    DataStream<Request> requests =
        env.fromSource(
                TopicSources.requests(settings), WatermarkStrategy.noWatermarks(), "requests")
            .process(
                new ParseRecords<>(new RequestParser(settings.format(), RecordLimits.DEFAULT)));
    DataStream<DatasetRecord> records =
        requests
            .filter(
                request ->
                    request.kind() == Request.Kind.DATASET
                        || request.kind() == Request.Kind.REHEARSAL_SET)
            .map(TopicsJobTest::datasetRecord, TypeInformation.of(DatasetRecord.class))
            .name("records")
            // One chain would have a longer name than Flink's metrics take.
            .startNewChain();
    records.sinkTo(new TopicSinks(settings).datasets()).name("d");
    records.sinkTo(new TopicSinks(settings).rehearsalSets()).name("r");
    requests
        .map(request -> manifest(), TypeInformation.of(DatasetManifest.class))
        .startNewChain()
        .sinkTo(new TopicSinks(settings).datasetManifests());
    requests
        .map(request -> RecordSamples.EVALUATION, TypeInformation.of(Evaluation.class))
        .startNewChain()
        .sinkTo(new TopicSinks(settings).evaluations());
    JobClient job = env.executeAsync();

    Topics topics = settings.topics();
    assertThat(keys(read(settings, topics.datasets(), 1))).containsExactly("craft-3\nq1");
    assertThat(keys(read(settings, topics.rehearsalSets(), 1))).containsExactly("r2/rehearsal\nq1");
    assertThat(keys(read(settings, topics.datasetManifests(), RecordSamples.REQUESTS.size())))
        .containsOnly("craft-3");
    assertThat(keys(read(settings, topics.evaluations(), RecordSamples.REQUESTS.size())))
        .containsOnly("base\nTASK_OPEN_ENDED\n");
    stop(job);
  }

  private static DatasetRecord datasetRecord(Request request) {
    boolean training = request.kind() == Request.Kind.DATASET;
    return RecordSamples.datasetRecord(
        training ? RecordSamples.DATASET : RecordSamples.REHEARSAL_SET,
        DatasetRecord.Mark.REMOVED,
        null);
  }

  private static DatasetManifest manifest() {
    return RecordSamples.manifest(
        RecordSamples.DATASET, "", RecordSamples.all(4), RecordSamples.all(2));
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
      batch.add(encoder.question(new QuestionEvent("q" + i, question(i), RecordSamples.ORIGIN)));
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
            encoder.question(new QuestionEvent(id, question(commit ? 1 : 0), RecordSamples.ORIGIN));
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
}
