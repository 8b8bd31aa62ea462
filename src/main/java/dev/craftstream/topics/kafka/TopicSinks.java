package dev.craftstream.topics.kafka;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.RecordEncoder;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.util.function.SerializableFunction;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The job's sinks.
 *
 * <p><b>Time.</b> Records are stamped with the wall clock of their writing. Event time is model
 * time here (1, 2, 3), and a record with that stamp would be from 1970, which a topic's retention
 * deletes.
 *
 * <p><b>Transactions.</b> With {@link DeliveryGuarantee#EXACTLY_ONCE} each writer has a few
 * transactional ids, {@code <prefix>/<topic>/-<subtask>-<number>}, and uses them in turn ({@link
 * TransactionNamingStrategy#POOLING}). The connector's default would take a new id at each Flink
 * checkpoint, and brokers keep every id in memory for a week. The price: brokers from 3.0 on, and
 * the permission to read the topics that are written (besides writing and describing them), for a
 * writer asks there which transactions are open.
 *
 * <p><b>After a failure.</b> What a Flink checkpoint had completed is committed when the job is
 * restored from it. All other open transactions on the topic whose ids begin with the prefix are
 * aborted, each by the writer that owns its subtask number, whether the job was restored or started
 * anew and at whatever parallelism. Until then, or until the transaction time-out, consumers that
 * read committed records wait behind them. Hence:
 *
 * <ul>
 *   <li>Keep the prefix. With another one, and no state that tells the old one, open transactions
 *       stay until their time-out.
 *   <li>Never run two jobs with one prefix and the same topics: each would abort the other's.
 *       {@link Transactions} refuse the start where another is at work; in application mode the
 *       writers ask them.
 *   <li>A restore that takes longer than the transaction time-out loses the output between its
 *       Flink checkpoint's start and its commit. {@link LossReportingCommitter} says so.
 *   <li>One can't go back from this naming to the connector's default with the same state.
 * </ul>
 */
public final class TopicSinks {

  private static final int OUTPUT_BYTES = 8 << 20;
  private static final int DEAD_LETTER_BYTES = 16 << 20;

  private final KafkaSettings settings;
  private final RecordEncoder encoder;
  private final ConflictCheck conflictCheck;

  /** Sinks whose writers begin at once. */
  public TopicSinks(KafkaSettings settings) {
    this(settings, null);
  }

  private TopicSinks(KafkaSettings settings, ConflictCheck conflictCheck) {
    this.settings = settings;
    this.encoder = new RecordEncoder(settings.format());
    this.conflictCheck = conflictCheck;
  }

  /**
   * The same sinks, but each writer that starts without state makes sure first that no other job is
   * at work with the job's transactional ids. For where nobody can look before the job starts.
   */
  public TopicSinks checkingForConflicts(ConflictCheck conflictCheck) {
    return new TopicSinks(settings, conflictCheck);
  }

  /** To the {@code instructions} topic. */
  public Sink<Instruction> instructions() {
    return sink(settings.topics().instructions(), OUTPUT_BYTES, always(encoder::instruction));
  }

  /** To the {@code knowledge} topic; changes that are no measurement and no removal are skipped. */
  public Sink<KnowledgeChange> knowledge() {
    return sink(settings.topics().knowledge(), OUTPUT_BYTES, encoder::knowledge);
  }

  /** To the {@code samples} topic. */
  public Sink<EncodedRecord> samples() {
    return sink(
        settings.topics().samples(),
        OUTPUT_BYTES,
        settings.samples().compression(),
        always(record -> record));
  }

  /** To the {@code datasets} topic; what is of a rehearsal set is skipped. */
  public Sink<DatasetRecord> datasets() {
    return ofKind(settings.topics().datasets(), DatasetKind.TRAINING);
  }

  /** To the {@code rehearsal-sets} topic; what is of a training dataset is skipped. */
  public Sink<DatasetRecord> rehearsalSets() {
    return ofKind(settings.topics().rehearsalSets(), DatasetKind.REHEARSAL);
  }

  private Sink<DatasetRecord> ofKind(String topic, DatasetKind kind) {
    Encoding<DatasetRecord> all = always(encoder::datasetRecord);
    return sink(
        topic,
        OUTPUT_BYTES,
        record -> record.kind() == kind ? all.encode(record) : Optional.empty());
  }

  /** To the {@code dataset-manifests} topic. */
  public Sink<DatasetManifest> datasetManifests() {
    return sink(
        settings.topics().datasetManifests(), OUTPUT_BYTES, always(encoder::datasetManifest));
  }

  /** To the {@code evaluations} topic. */
  public Sink<Evaluation> evaluations() {
    return sink(settings.topics().evaluations(), OUTPUT_BYTES, always(encoder::evaluation));
  }

  /** To the {@code dead-letters} topic. */
  public Sink<DeadLetter> deadLetters() {
    return sink(settings.topics().deadLetters(), DEAD_LETTER_BYTES, always(encoder::deadLetter));
  }

  private <T> Sink<T> sink(String topic, int maxRequestBytes, Encoding<T> encoding) {
    return sink(topic, maxRequestBytes, settings.compression(), encoding);
  }

  private <T> Sink<T> sink(
      String topic, int maxRequestBytes, String compression, Encoding<T> encoding) {
    Properties properties = settings.connection();
    properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
    properties.setProperty(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    properties.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
    properties.setProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(maxRequestBytes));
    properties.setProperty(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
        String.valueOf(settings.transactionTimeout().toMillis()));
    KafkaSinkBuilder<T> sink =
        KafkaSink.<T>builder()
            .setKafkaProducerConfig(properties)
            .setRecordSerializer(new ToTopic<>(topic, encoding, EventHeaders.of(settings, topic)))
            .setDeliveryGuarantee(settings.guarantee());
    if (settings.guarantee() == DeliveryGuarantee.EXACTLY_ONCE) {
      sink.setTransactionalIdPrefix(settings.transactionalIds(topic))
          .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING);
    }
    return new GuardedSink<>(sink.build(), settings, topic, conflictCheck);
  }

  private static <T> Encoding<T> always(SerializableFunction<T, EncodedRecord> encoding) {
    return element -> Optional.of(encoding.apply(element));
  }

  /** What of an element is written; nothing where it is skipped. */
  private interface Encoding<T> extends Serializable {
    Optional<EncodedRecord> encode(T element);
  }

  /** Tells the connector its topic, for it looks there for open transactions. */
  private static final class ToTopic<T>
      implements KafkaRecordSerializationSchema<T>, KafkaDatasetFacetProvider {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final Encoding<T> encoding;
    private final EventHeaders headers;

    ToTopic(String topic, Encoding<T> encoding, EventHeaders headers) {
      this.topic = topic;
      this.encoding = encoding;
      this.headers = headers;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        T element, KafkaSinkContext context, Long timestamp) {
      // The timestamp stays out on purpose, see the class comment.
      return encoding
          .encode(element)
          .map(
              record ->
                  new ProducerRecord<>(topic, null, record.key(), record.value(), headers.next()))
          .orElse(null);
    }

    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
      return Optional.of(
          new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
    }
  }
}
