package dev.craftstream.client;

import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.RecordLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reads the topics into a {@link RecordHandler}, from their beginning. */
public final class RunReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunReader.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final RecordDispatcher dispatcher;
  private final RecordHandler ledger;
  private final TopicReader reader;
  private final Map<TopicPartition, Long> ends;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Reads the output topics.
   *
   * @param committed whether to read what is committed only: late, and what counts
   */
  public RunReader(KafkaSettings settings, RecordHandler ledger, boolean committed) {
    this(settings, dispatcher(settings), ledger, outputs(settings.topics()), committed);
  }

  /**
   * Reads what is committed in the output topics, and the questions and announcements.
   *
   * @param limits the job's own, for its input
   */
  public static RunReader ofAll(KafkaSettings settings, RecordLimits limits, RecordHandler ledger) {
    List<String> topics = new ArrayList<>(outputs(settings.topics()));
    topics.add(settings.topics().questions());
    topics.add(settings.topics().modelCheckpoints());
    return new RunReader(settings, new RecordDispatcher(settings, limits), ledger, topics, true);
  }

  private RunReader(
      KafkaSettings settings,
      RecordDispatcher dispatcher,
      RecordHandler ledger,
      List<String> topics,
      boolean committed) {
    this.dispatcher = dispatcher;
    this.ledger = ledger;
    this.reader = new TopicReader(settings, topics, committed, true);
    this.ends = reader.ends();
    thread = new Thread(this::run, committed ? "committed-output" : "live-output");
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits until all has been read that was there when the reading began. */
  public void awaitCaughtUp() throws InterruptedException {
    caughtUp.await();
  }

  /** Reads what is committed in the output topics now, once. */
  public static void readOnce(
      KafkaSettings settings, RecordHandler ledger, TopicReader.Progress progress) {
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
        if (caughtUp.getCount() > 0 && reader.left(ends) == 0) {
          caughtUp.countDown();
        }
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.warn("Reading the output topics failed; trying again", e);
        }
      }
    }
    caughtUp.countDown();
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
