package dev.craftstream.client.watch;

import dev.craftstream.client.RecordDispatcher;
import dev.craftstream.client.RecordHandler;
import dev.craftstream.client.TopicReader;
import dev.craftstream.client.UnreadableRecordException;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.RecordLimits;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that reads what is committed in the job's topics, from their beginning and for ever, and
 * knows how far it is. A broker that is gone is waited for.
 */
public final class TopicFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final long ENDS_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long AGAIN_MILLIS = 1_000;
  private static final long JOIN_MILLIS = 5_000;

  private final String bootstrapServers;
  private final TopicReader reader;
  private final RecordDispatcher dispatcher;
  private final RecordHandler handler;
  private final Thread thread = new Thread(this::run, "topic-follower");
  private long read;
  private long unreadable;
  private long looked;
  private volatile boolean closed;
  private volatile Position position = new Position(0, -1, 0, 0, "");

  /**
   * How far the reading is.
   *
   * @param left how many records lie before the topics' ends, control records of transactions among
   *     them; -1 as long as that is not known
   * @param unreadable how many records were left out
   * @param troubleSince since when the broker does not answer, in milliseconds; 0 while it does
   * @param trouble what it says instead; empty while it answers
   */
  public record Position(
      long read, long left, long unreadable, long troubleSince, String trouble) {}

  /**
   * @param limits the job's own, for its input
   * @throws IllegalStateException with a sentence, where no broker answers or a topic is not there
   */
  public TopicFollower(KafkaSettings settings, RecordLimits limits, RecordHandler handler) {
    this.bootstrapServers = settings.bootstrapServers();
    this.dispatcher = new RecordDispatcher(settings, limits);
    this.handler = handler;
    this.reader = new TopicReader(settings, topics(settings.topics()), true, true);
    thread.setDaemon(true);
  }

  private static List<String> topics(Topics topics) {
    return List.of(
        topics.questions(),
        topics.modelCheckpoints(),
        topics.knowledge(),
        topics.instructions(),
        topics.deadLetters(),
        topics.datasets(),
        topics.rehearsalSets(),
        topics.datasetManifests(),
        topics.evaluations());
  }

  public void start() {
    thread.start();
  }

  public Position position() {
    return position;
  }

  private void run() {
    while (!closed) {
      try {
        reader.poll(LOOK).forEach(this::take);
        look();
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.warn("Reading the topics failed; trying again", e);
          trouble();
        }
      }
    }
    reader.close();
  }

  private void look() {
    long now = System.nanoTime();
    if (looked == 0 || now - looked > ENDS_NANOS) {
      looked = now;
      position = new Position(read, reader.left(reader.ends()), unreadable, 0, "");
    }
  }

  private void trouble() {
    position =
        new Position(
            read,
            position.left,
            unreadable,
            position.troubleSince == 0 ? System.currentTimeMillis() : position.troubleSince,
            "Kafka at %s does not answer".formatted(bootstrapServers));
    try {
      Thread.sleep(AGAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> entry) {
    read++;
    try {
      dispatcher.dispatch(entry, handler);
    } catch (UnreadableRecordException e) {
      unreadable++;
      LOG.warn("Left out. {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
