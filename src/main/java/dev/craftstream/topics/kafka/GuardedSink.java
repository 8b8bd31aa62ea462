package dev.craftstream.topics.kafka;

import dev.craftstream.metrics.JobMetric;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.lineage.LineageVertex;
import org.apache.flink.streaming.api.lineage.LineageVertexProvider;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link KafkaSink} that looks out for other jobs before it writes, fails its task and nothing
 * else, reports what is lost, and leaves no admin client behind.
 *
 * <p>A transactional writer of the connector (5.0.0) opens an admin client when it starts, to look
 * for open transactions, and never closes it: a thread for each writer and each restart, for as
 * long as the task manager lives. This sink closes it when the writer has started. A writer whose
 * start fails can't be reached; so that brokers that are away don't make that the rule, they are
 * asked first, by a client that is closed.
 */
final class GuardedSink<T>
    implements TwoPhaseCommittingStatefulSink<T, KafkaWriterState, KafkaCommittable>,
        SupportsPostCommitTopology<KafkaCommittable>,
        LineageVertexProvider {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(GuardedSink.class);

  private final KafkaSink<T> sink;
  private final KafkaSettings settings;
  private final String topic;
  private final ConflictCheck conflictCheck;

  /**
   * @param conflictCheck for a writer that starts without state; null for none
   */
  GuardedSink(
      KafkaSink<T> sink, KafkaSettings settings, String topic, ConflictCheck conflictCheck) {
    this.sink = sink;
    this.settings = settings;
    this.topic = topic;
    this.conflictCheck = conflictCheck;
  }

  @Override
  public PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> createWriter(
      WriterInitContext context) throws IOException {
    if (conflictCheck != null) {
      requireNoOtherJob();
    }
    return restoreWriter(context, List.of());
  }

  @Override
  public PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> restoreWriter(
      WriterInitContext context, Collection<KafkaWriterState> recoveredState) throws IOException {
    boolean isTransactional = settings.guarantee() == DeliveryGuarantee.EXACTLY_ONCE;
    if (isTransactional) {
      requireTopic();
    }
    Fencing fencing = new Fencing(topic, settings.transactionalIdPrefix());
    var writer = sink.restoreWriter(fencing.explaining(context), recoveredState);
    if (isTransactional) {
      closeAdminClient(writer);
    }
    return new GuardedWriter<>(writer, topic, fencing);
  }

  private void requireNoOtherJob() throws IOException {
    try {
      new Transactions(settings).requireNoOtherJob(conflictCheck);
    } catch (TopicSetupException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void requireTopic() throws IOException {
    Properties properties = settings.connection();
    properties.setProperty("client.id", settings.transactionalIdPrefix() + "-" + topic + "-start");
    // A client of one question, which would fill the log while no broker answers.
    properties.setProperty(AdminClientConfig.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
    try (Admin admin = Admin.create(properties)) {
      admin.describeTopics(List.of(topic)).allTopicNames().get();
    } catch (ExecutionException e) {
      throw new IOException(
          "The topic %s can't be written at %s: %s"
              .formatted(topic, settings.bootstrapServers(), e.getCause().getMessage()),
          e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The start of the writer to " + topic + " was interrupted.", e);
    }
  }

  private static void closeAdminClient(Object writer) {
    try {
      Field field = writer.getClass().getDeclaredField("adminClient");
      field.setAccessible(true);
      if (field.get(writer) instanceof Admin admin) {
        admin.close(Duration.ZERO);
        // Where the writer should want one later, it makes another.
        field.set(writer, null);
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn("The connector's admin client could not be closed; its thread stays", e);
    }
  }

  @Override
  public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
    return new LossReportingCommitter(
        sink.createCommitter(context),
        settings,
        topic,
        JobMetric.LOST_TRANSACTIONS.counter(context.metricGroup()));
  }

  @Override
  public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
    return sink.getCommittableSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
    return sink.getWriterStateSerializer();
  }

  @Override
  public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committables) {
    sink.addPostCommitTopology(committables);
  }

  @Override
  public LineageVertex getLineageVertex() {
    return sink.getLineageVertex();
  }
}
