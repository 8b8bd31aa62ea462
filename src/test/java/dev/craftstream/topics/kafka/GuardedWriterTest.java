package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.testing.LogSearch;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;

/**
 * Failures of the connector's writer; a job with a real one is in {@link JobsWithOnePrefixTest}.
 */
class GuardedWriterTest {

  @Test
  void whatClosingThrowsIsLogged() {
    Exception failure = new IllegalStateException("It was fenced.");
    try (LogSearch log =
        LogSearch.open(Map.of(GuardedWriter.class.getName(), Level.ALL), "close cleanly")) {
      guarded(failure).close();
      assertThat(log.found())
          .singleElement()
          .asString()
          .startsWith("WARN")
          .contains("instructions");
    }
  }

  @Test
  void beingFencedIsExplained() {
    for (Exception fenced :
        List.of(
            new IOException("Sending failed", new InvalidProducerEpochException("old epoch")),
            new FlinkRuntimeException(new ProducerFencedException("a newer producer")))) {
      var writer = guarded(fenced);
      for (var use : uses(writer)) {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(use::run)
            .withMessageContaining("instructions")
            .withMessageContaining("kafka.transactional-id-prefix my-job")
            .withCause(fenced);
      }
    }
  }

  @Test
  void otherFailuresAreTheWritersOwn() {
    for (Exception failure :
        List.of(new IOException("The disk is full."), new IllegalStateException("No."))) {
      for (var use : uses(guarded(failure))) {
        assertThatThrownBy(use::run).isSameAs(failure);
      }
    }
  }

  private interface Use {
    void run() throws Exception;
  }

  private static List<Use> uses(GuardedWriter<String> writer) {
    return List.of(
        () -> writer.write("record", null),
        () -> writer.flush(false),
        writer::prepareCommit,
        () -> writer.snapshotState(1));
  }

  private static GuardedWriter<String> guarded(Exception failure) {
    return new GuardedWriter<>(
        new Failing(failure), "instructions", new Fencing("instructions", "my-job"));
  }

  private record Failing(Exception failure)
      implements PrecommittingStatefulSinkWriter<String, KafkaWriterState, KafkaCommittable> {

    @Override
    public void write(String element, Context context) throws IOException {
      throw thrown();
    }

    @Override
    public void flush(boolean endOfInput) throws IOException {
      throw thrown();
    }

    @Override
    public Collection<KafkaCommittable> prepareCommit() throws IOException {
      throw thrown();
    }

    @Override
    public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
      throw thrown();
    }

    @Override
    public void close() throws Exception {
      throw failure;
    }

    private IOException thrown() {
      if (failure instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      return (IOException) failure;
    }
  }
}
