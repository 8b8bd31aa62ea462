package dev.craftstream.topics.kafka;

import io.grpc.Context;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A writer of the connector whose failures are its task's alone.
 *
 * <p><b>Closing.</b> Flink closes the operators of a failed task in the handler of its failure, and
 * takes what is thrown there for fatal: the task manager ends, with the tasks of all jobs. The
 * connector's writer (5.0.0) throws when it is closed after its producer was fenced, or after a
 * send that failed and was not noticed before. FLINK-38790 mended one case of that, sends that fail
 * because of the closing. So what a close throws is a line in the log here. Nothing is lost by it:
 * the task has failed already, or has flushed and committed before.
 */
final class GuardedWriter<T>
    implements PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedWriter.class);

  private final PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> writer;
  private final String topic;
  private final Fencing fencing;

  /**
   * @param topic that is written to
   */
  GuardedWriter(
      PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> writer,
      String topic,
      Fencing fencing) {
    this.writer = writer;
    this.topic = topic;
    this.fencing = fencing;
  }

  @Override
  public void write(T element, Context context) throws IOException, InterruptedException {
    try {
      writer.write(element, context);
    } catch (IOException | RuntimeException e) {
      throw fencing.explained(e);
    }
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    try {
      writer.flush(endOfInput);
    } catch (IOException | RuntimeException e) {
      throw fencing.explained(e);
    }
  }

  @Override
  public Collection<KafkaCommittable> prepareCommit() throws IOException, InterruptedException {
    try {
      return writer.prepareCommit();
    } catch (IOException | RuntimeException e) {
      throw fencing.explained(e);
    }
  }

  @Override
  public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
    try {
      return writer.snapshotState(checkpointId);
    } catch (IOException | RuntimeException e) {
      throw fencing.explained(e);
    }
  }

  @Override
  public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
    writer.writeWatermark(watermark);
  }

  @Override
  public void close() {
    close(writer, topic);
  }

  /** Closes a part of the sink to {@code topic}; what it throws is logged. */
  static void close(AutoCloseable part, String topic) {
    try {
      part.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("What writes to {} did not close cleanly; its task has ended anyway.", topic, e);
    }
  }
}
