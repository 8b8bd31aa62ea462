package dev.craftstream.testing;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.CurationJob;
import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.config.StartOptions;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Request;
import dev.craftstream.v1.SampleRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The whole job on the test's Flink cluster, with ways to feed its topics and to read what it
 * wrote.
 */
public final class RunningJob implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Configuration options;
  private final CurationSettings settings;
  private final RecordEncoder encoder;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<Instruction> instructions = new ArrayList<>();
  private final List<KnowledgeRecord> knowledge = new ArrayList<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();
  private final List<DatasetRecord> datasets = new ArrayList<>();
  private final List<DatasetRecord> rehearsalSets = new ArrayList<>();
  private final List<DatasetManifest> manifests = new ArrayList<>();
  private final List<Evaluation> evaluations = new ArrayList<>();
  private final List<SampleRecord> samples = new ArrayList<>();
  private final List<String> tombstones = new ArrayList<>();
  private JobClient job;

  private RunningJob(Configuration options) throws Exception {
    this.options = options;
    settings = CurationSettings.of(options);
    encoder = new RecordEncoder(settings.kafka().format());
    new TopicAdmin(settings.kafka()).prepare();
    producer = new KafkaProducer<>(clientProperties());
    consumer = new KafkaConsumer<>(clientProperties());
    List<String> outputs = new ArrayList<>();
    if (settings.kafka().samples().enabled()) {
      outputs.add(settings.kafka().topics().samples());
    }
    outputs.addAll(
        List.of(
            settings.kafka().topics().instructions(),
            settings.kafka().topics().knowledge(),
            settings.kafka().topics().datasets(),
            settings.kafka().topics().rehearsalSets(),
            settings.kafka().topics().datasetManifests(),
            settings.kafka().topics().evaluations(),
            settings.kafka().topics().deadLetters()));
    List<TopicPartition> partitions =
        outputs.stream()
            .flatMap(
                topic ->
                    IntStream.range(0, settings.kafka().partitions())
                        .mapToObj(p -> new TopicPartition(topic, p)))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    job = execute(options);
  }

  private JobClient execute(Configuration all) throws Exception {
    return execute(all, settings);
  }

  private static JobClient execute(Configuration all, CurationSettings settings) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(all);
    CurationJob.define(env, settings);
    return env.executeAsync("craft-stream");
  }

  /** Starts the job with topics of its own; {@code overrides} win over the shipped options. */
  public static RunningJob start(
      String bootstrapServers, String triton, Map<String, String> overrides) throws Exception {
    Configuration options = ShippedFlink.configuration();
    options.addAll(ConfigurationFile.read(Path.of("flink-conf/craft-stream.yaml")));
    String prefix = KafkaBrokerExtension.freshPrefix();
    options.setString("kafka.bootstrap-servers", bootstrapServers);
    options.setString("kafka.topic-prefix", prefix);
    options.setString("kafka.transactional-id-prefix", prefix + "job");
    options.setString("triton.endpoints", triton);
    overrides.forEach(options::setString);
    return new RunningJob(options);
  }

  public JobClient job() {
    return job;
  }

  /** Ends the job; returns where its state lies. */
  public String stopWithSavepoint() throws Exception {
    return job.stopWithSavepoint(false, null, SavepointFormatType.CANONICAL).get();
  }

  /** Ends the job and forgets its state. */
  public void abandon() throws Exception {
    job.cancel().get();
    await().atMost(PATIENCE).until(() -> job.getJobStatus().get().isGloballyTerminalState());
  }

  /**
   * Starts the job again, which has ended.
   *
   * @param from a savepoint or Flink checkpoint of it; null for none
   */
  public void restart(String from, int parallelism) throws Exception {
    Configuration all = new Configuration(options);
    if (from != null) {
      all.set(StateRecoveryOptions.SAVEPOINT_PATH, from);
    }
    all.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    job = execute(all);
  }

  /** Starts the job again without its state, which has ended and is meant to begin anew. */
  public void startAnew(int parallelism) throws Exception {
    Configuration all = new Configuration(options);
    all.set(StartOptions.START_ANEW, true);
    all.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
    job = execute(all, CurationSettings.of(all));
  }

  // ---------------------------------------------------------------- in

  public void ask(Question question) throws Exception {
    send(
        settings.kafka().topics().questions(),
        encoder.question(new QuestionEvent(question.id(), question, new Origin("", 0, 0))));
  }

  public void remove(String questionId) throws Exception {
    send(
        settings.kafka().topics().questions(),
        new EncodedRecord(questionId.getBytes(StandardCharsets.UTF_8), null));
  }

  /** A record of any bytes. */
  public void sendQuestion(byte[] key, byte[] value) throws Exception {
    send(settings.kafka().topics().questions(), new EncodedRecord(key, value));
  }

  public void sendCheckpoint(byte[] key, byte[] value) throws Exception {
    send(settings.kafka().topics().modelCheckpoints(), new EncodedRecord(key, value));
  }

  public void announce(String id, Role role, String base, String model, String version)
      throws Exception {
    announce(id, role, base, model, version, "");
  }

  /** A model checkpoint that is an adapter of a served model. */
  public void announce(
      String id, Role role, String base, String model, String version, String adapter)
      throws Exception {
    announce(id, role, base, new Serving(model, version, Contract.CRAFT, "", "", adapter));
  }

  public void announce(String id, Role role, String base, Serving serving) throws Exception {
    send(
        settings.kafka().topics().modelCheckpoints(),
        encoder.announcement(new ModelCheckpoint(id, 1, role, base, serving)));
  }

  /** A request, its key beside it. */
  public void request(Request request) throws Exception {
    send(
        settings.kafka().topics().requests(),
        new EncodedRecord(
            request.getRequestId().getBytes(StandardCharsets.UTF_8),
            JsonFormat.printer().print(request).getBytes(StandardCharsets.UTF_8)));
  }

  public void retire(String checkpointId) throws Exception {
    send(settings.kafka().topics().modelCheckpoints(), encoder.retirement(checkpointId));
  }

  private void send(String topic, EncodedRecord record) throws Exception {
    Future<RecordMetadata> sent =
        producer.send(new ProducerRecord<>(topic, record.key(), record.value()));
    sent.get();
  }

  // ---------------------------------------------------------------- out

  /** Instructions committed so far, in the order of each question; tombstones left out. */
  public List<Instruction> instructions() {
    poll();
    return List.copyOf(instructions);
  }

  public List<KnowledgeRecord> knowledge() {
    poll();
    return List.copyOf(knowledge);
  }

  public List<DeadLetter> deadLetters() {
    poll();
    return List.copyOf(deadLetters);
  }

  public List<DatasetRecord> datasets() {
    poll();
    return List.copyOf(datasets);
  }

  public List<DatasetRecord> rehearsalSets() {
    poll();
    return List.copyOf(rehearsalSets);
  }

  public List<DatasetManifest> manifests() {
    poll();
    return List.copyOf(manifests);
  }

  public List<Evaluation> evaluations() {
    poll();
    return List.copyOf(evaluations);
  }

  public List<SampleRecord> samples() {
    poll();
    return List.copyOf(samples);
  }

  /** The job's Kafka. */
  public KafkaSettings kafka() {
    return settings.kafka();
  }

  /** Keys of the instructions that were taken back. */
  public List<String> tombstones() {
    poll();
    return List.copyOf(tombstones);
  }

  /** The newest instruction of a question. */
  public Optional<Instruction> instruction(String questionId) {
    return instructions().stream()
        .filter(i -> i.getQuestionId().equals(questionId))
        .reduce((before, after) -> after);
  }

  private void poll() {
    Topics topics = settings.kafka().topics();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
      if (record.value() != null) {
        SchemaChecks.assertValid(topics.schema(record.topic()), record.value());
      }
      if (record.topic().equals(topics.deadLetters())) {
        deadLetters.add(read(record, DeadLetter.newBuilder()).build());
      } else if (record.value() == null) {
        if (record.topic().equals(topics.instructions())) {
          tombstones.add(new String(record.key(), StandardCharsets.UTF_8));
        }
      } else if (record.topic().equals(topics.instructions())) {
        instructions.add(read(record, Instruction.newBuilder()).build());
      } else if (record.topic().equals(topics.datasets())) {
        datasets.add(read(record, DatasetRecord.newBuilder()).build());
      } else if (record.topic().equals(topics.rehearsalSets())) {
        rehearsalSets.add(read(record, DatasetRecord.newBuilder()).build());
      } else if (record.topic().equals(topics.datasetManifests())) {
        manifests.add(read(record, DatasetManifest.newBuilder()).build());
      } else if (record.topic().equals(topics.evaluations())) {
        evaluations.add(read(record, Evaluation.newBuilder()).build());
      } else if (record.topic().equals(topics.samples())) {
        samples.add(read(record, SampleRecord.newBuilder()).build());
      } else {
        knowledge.add(read(record, KnowledgeRecord.newBuilder()).build());
      }
    }
  }

  private static <B extends Message.Builder> B read(
      ConsumerRecord<byte[], byte[]> record, B message) {
    try {
      JsonFormat.parser().merge(new String(record.value(), StandardCharsets.UTF_8), message);
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("The job wrote what its own schema does not allow.", e);
    }
  }

  private Properties clientProperties() {
    Properties properties = new Properties();
    settings.kafka().clientProperties().forEach(properties::setProperty);
    properties.setProperty("bootstrap.servers", settings.kafka().bootstrapServers());
    properties.setProperty("isolation.level", "read_committed");
    properties.setProperty("max.request.size", String.valueOf(16 << 20));
    properties.setProperty("key.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("value.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.setProperty("value.deserializer", ByteArrayDeserializer.class.getName());
    return properties;
  }

  @Override
  public void close() throws Exception {
    job.cancel().get();
    producer.close();
    consumer.close();
  }
}
