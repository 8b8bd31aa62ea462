package dev.craftstream.topics.kafka;

import dev.craftstream.admission.SourceProgress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the job through a topic by the offsets that its Flink checkpoints commit to the consumer
 * group.
 *
 * <p>A source commits where it was at a Flink checkpoint once that is complete, and by then the
 * checkpoint's barriers have come to the stages behind it, after every record that was read before.
 * So what lies before a committed offset has come there. The exception is an unaligned Flink
 * checkpoint: its barriers overtake the questions that wait in front of a busy tracker, which may
 * then come behind an announcement after all, as late ones.
 *
 * <p>Where no records come, the connector commits when its poll of 10 s is over, so that is how
 * long it can take beyond the Flink checkpoint.
 *
 * <p>Offsets that an earlier run left behind say nothing, since this run may have started further
 * back. They are marked at the start and count again when they are committed anew. Nor does an
 * offset beyond the topic's end: the topic was made anew under the job's state, whose source begins
 * again at the earliest record. As long as the new topic is shorter than the old one, that is seen.
 */
public final class CommittedProgress implements SourceProgress {
  private static final Logger LOG = LoggerFactory.getLogger(CommittedProgress.class);

  /** The metadata of a committed offset that an earlier run left behind. */
  public static final String EARLIER_RUN = "of an earlier run";

  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
  private static final Duration LOOK_AGAIN_AFTER_A_FAILURE = Duration.ofSeconds(2);
  private static final Duration BROKER_ANSWERS = Duration.ofSeconds(10);
  private static final Duration RECORD_COMES = Duration.ofSeconds(1);
  private static final Duration BETWEEN_LOG_LINES = Duration.ofMinutes(1);

  private final KafkaSettings settings;
  private final String topic;
  private final boolean hasOnePartition;

  /** All that the consumer does, which bears one thread only. */
  private final ScheduledExecutorService thread;

  private volatile KafkaConsumer<byte[], byte[]> consumer;
  private boolean earlierRunIsMarked;
  private final Set<TopicPartition> madeAnew = new HashSet<>();

  /** Those that wait and have no target yet. */
  private final List<CompletableFuture<Void>> asked = new ArrayList<>();

  /** Those that wait, the earliest first. */
  private final Deque<Target> targets = new ArrayDeque<>();

  private boolean looking;
  private long lastLogLine = System.nanoTime() - BETWEEN_LOG_LINES.toNanos();
  private volatile long missing;
  private volatile boolean closed;

  /** The topic's ends at one time, and who waits until what lies before them is taken in. */
  private record Target(Map<TopicPartition, Long> ends, List<CompletableFuture<Void>> waiting) {}

  /** Something that is tried until it is done. */
  private interface Step {
    /** Returns whether it is done. */
    boolean attempt();
  }

  private CommittedProgress(KafkaSettings settings, String topic, boolean hasOnePartition) {
    this.settings = settings;
    this.topic = topic;
    this.hasOnePartition = hasOnePartition;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            runnable -> {
              Thread daemon = new Thread(runnable, topic + "-progress");
              daemon.setDaemon(true);
              return daemon;
            });
    soon(() -> earlierRunIsMarked = markEarlierRun(), Duration.ZERO);
  }

  /** Of the questions; the job's Flink checkpoints have to be on. */
  public static Factory ofQuestions(KafkaSettings settings) {
    return () -> new CommittedProgress(settings, settings.topics().questions(), false);
  }

  /** Of the announcements in their one partition; the job's Flink checkpoints have to be on. */
  public static Factory ofModelCheckpoints(KafkaSettings settings) {
    return () -> new CommittedProgress(settings, settings.topics().modelCheckpoints(), true);
  }

  @Override
  public CompletableFuture<Void> complete() {
    CompletableFuture<Void> complete = new CompletableFuture<>();
    soon(
        () -> {
          asked.add(complete);
          if (!looking) {
            looking = true;
            soon(this::look, Duration.ZERO);
          }
          return true;
        },
        Duration.ZERO);
    return complete;
  }

  /** Looks for all that wait; returns whether none does any more. */
  private boolean look() {
    if (!earlierRunIsMarked) {
      return false;
    }
    if (!asked.isEmpty()) {
      targets.add(
          new Target(consumer.endOffsets(partitions(), BROKER_ANSWERS), List.copyOf(asked)));
      asked.clear();
    }
    while (!targets.isEmpty()) {
      // Ends only grow: where one target is not reached, no later one is.
      missing = missing(targets.element().ends());
      if (missing > 0) {
        logMissing();
        return false;
      }
      targets.remove().waiting().forEach(complete -> complete.complete(null));
    }
    looking = false;
    return true;
  }

  private void logMissing() {
    if (mayLog()) {
      LOG.info(
          "Up to {} records of {} have to be taken in, and a Flink checkpoint has to say so,"
              + " before what came behind them.",
          missing,
          topic);
    }
  }

  @Override
  public long missing() {
    return missing;
  }

  @Override
  public void close() {
    closed = true;
    KafkaConsumer<byte[], byte[]> used = consumer;
    if (used != null) {
      // What waits for a broker ends now.
      used.wakeup();
    }
    thread.execute(
        () -> {
          if (consumer != null) {
            consumer.close();
          }
        });
    thread.shutdown();
    try {
      if (!thread.awaitTermination(BROKER_ANSWERS.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("The consumer that looks how far {} is read is still being closed.", topic);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void soon(Step step, Duration pause) {
    try {
      var unused = thread.schedule(() -> attempt(step), pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closedMeanwhile) {
      // Nobody waits any more.
    }
  }

  private void attempt(Step step) {
    if (closed) {
      return;
    }
    try {
      if (consumer == null) {
        consumer = open();
      }
      if (!step.attempt()) {
        soon(step, LOOK_AGAIN);
      }
    } catch (RuntimeException e) {
      if (closed) {
        return;
      }
      if (mayLog()) {
        LOG.warn(
            "How far {} is read is not known, and what came behind it waits: {}. If this goes on,"
                + " check that the brokers are there and that the job may read the topic and the"
                + " consumer group {}, which nobody else may use.",
            topic,
            e.getMessage(),
            settings.transactionalIdPrefix());
      }
      soon(step, LOOK_AGAIN_AFTER_A_FAILURE);
    }
  }

  private boolean mayLog() {
    long now = System.nanoTime();
    boolean may = now - lastLogLine >= BETWEEN_LOG_LINES.toNanos();
    if (may) {
      lastLogLine = now;
    }
    return may;
  }

  private KafkaConsumer<byte[], byte[]> open() {
    Properties properties = settings.connection();
    String group = settings.transactionalIdPrefix();
    properties.setProperty(ConsumerConfig.GROUP_ID_CONFIG, group);
    properties.setProperty(ConsumerConfig.CLIENT_ID_CONFIG, topic + "-progress");
    properties.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    // All that is looked at is whether there is a record.
    properties.setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
    properties.setProperty(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, "1");
    // Else it writes a line to the log every millisecond while no broker answers.
    properties.setProperty(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private List<TopicPartition> partitions() {
    if (hasOnePartition) {
      return List.of(new TopicPartition(topic, 0));
    }
    // Asked of the broker each time; what the client knows can be old.
    List<PartitionInfo> partitions = consumer.listTopics(BROKER_ANSWERS).get(topic);
    if (partitions == null || partitions.isEmpty()) {
      throw new IllegalStateException("The broker knows no topic " + topic + ".");
    }
    return partitions.stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  private boolean markEarlierRun() {
    Map<TopicPartition, OffsetAndMetadata> left = new HashMap<>();
    committed(Set.copyOf(partitions()))
        .forEach(
            (partition, offset) ->
                left.put(
                    partition,
                    new OffsetAndMetadata(offset.offset(), offset.leaderEpoch(), EARLIER_RUN)));
    consumer.commitSync(left, BROKER_ANSWERS);
    return true;
  }

  /** Of those partitions only that have one. */
  private Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    return consumer.committed(partitions, BROKER_ANSWERS).entrySet().stream()
        .filter(entry -> entry.getValue() != null)
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** How many records before {@code ends} are not taken in, at most. */
  private long missing(Map<TopicPartition, Long> ends) {
    Map<TopicPartition, OffsetAndMetadata> committed = committed(ends.keySet());
    long missing = 0;
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      OffsetAndMetadata offset = committed.get(end.getKey());
      long from =
          offset == null || saysNothing(end.getKey(), offset, end.getValue()) ? 0 : offset.offset();
      if (from < end.getValue() && liesBetween(end.getKey(), from, end.getValue())) {
        missing += end.getValue() - from;
      }
    }
    return missing;
  }

  /**
   * Whether it was committed by an earlier run, or of another topic of this name.
   *
   * @param earlierEnd of the partition; it may have grown since
   */
  private boolean saysNothing(TopicPartition partition, OffsetAndMetadata offset, long earlierEnd) {
    if (offset.metadata().equals(EARLIER_RUN)) {
      return true;
    }
    if (offset.offset() <= earlierEnd || offset.offset() <= end(partition)) {
      madeAnew.remove(partition);
      return false;
    }
    if (madeAnew.add(partition)) {
      LOG.warn(
          "The consumer group {} is at {} in {}, which is beyond its end: the topic was made anew"
              + " under the job's state, or has lost records. What came behind its records waits"
              + " until a Flink checkpoint says that the new ones are taken in; what the job knew"
              + " before stays known.",
          settings.transactionalIdPrefix(),
          offset.offset(),
          partition);
    }
    return true;
  }

  private long end(TopicPartition partition) {
    return consumer.endOffsets(Set.of(partition), BROKER_ANSWERS).get(partition);
  }

  /** Whether there is a record: offsets also count the ends of transactions, and gaps. */
  private boolean liesBetween(TopicPartition partition, long from, long end) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    long seen = from;
    while (seen < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(RECORD_COMES)) {
        return record.offset() < end;
      }
      long now = consumer.position(partition, BROKER_ANSWERS);
      if (now == seen) {
        return true; // Nothing came, so nothing is known.
      }
      seen = now;
    }
    return false;
  }
}
