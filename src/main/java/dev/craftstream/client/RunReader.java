package dev.craftstream.client;

import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.RecordLimits;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reads the output topics into a {@link RunLedger}. */
public final class RunReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunReader.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final RecordDispatcher dispatcher;
  private final RunLedger ledger;
  private final TopicReader reader;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param committed whether to read what is committed only: late, and what counts
   */
  public RunReader(KafkaSettings settings, RunLedger ledger, boolean committed) {
    this.dispatcher = dispatcher(settings);
    this.ledger = ledger;
    this.reader = new TopicReader(settings, outputs(settings.topics()), committed, true);
    thread = new Thread(this::run, committed ? "committed-output" : "live-output");
    thread.setDaemon(true);
    thread.start();
  }

  /** Reads what is committed now, once. */
  public static void readOnce(
      KafkaSettings settings, RunLedger ledger, TopicReader.Progress progress) {
    RecordDispatcher dispatcher = dispatcher(settings);
    TopicReader.readCommitted(
        settings,
        outputs(settings.topics()),
        entry -> dispatcher.dispatch(entry, ledger),
        progress);
  }

  /** Of output topics alone, so that the limits of input are never looked at. */
  private static RecordDispatcher dispatcher(KafkaSettings settings) {
    return new RecordDispatcher(settings, RecordLimits.DEFAULT);
  }

  private static List<String> outputs(Topics topics) {
    return List.of(
        topics.knowledge(),
        topics.instructions(),
        topics.deadLetters(),
        topics.datasets(),
        topics.rehearsalSets(),
        topics.datasetManifests(),
        topics.evaluations());
  }

  private void run() {
    while (!closed) {
      try {
        reader.poll(LOOK).forEach(this::addWhereReadable);
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.warn("Reading the output topics failed; trying again", e);
        }
      }
    }
    reader.close();
  }

  private void addWhereReadable(ConsumerRecord<byte[], byte[]> entry) {
    try {
      dispatcher.dispatch(entry, ledger);
    } catch (UnreadableRecordException e) {
      LOG.warn("Left out. {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
