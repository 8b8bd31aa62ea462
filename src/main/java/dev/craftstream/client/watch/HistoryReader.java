package dev.craftstream.client.watch;

import dev.craftstream.client.RecordDispatcher;
import dev.craftstream.client.RecordHandler;
import dev.craftstream.client.RecordPlace;
import dev.craftstream.client.TopicReader;
import dev.craftstream.client.UnreadableRecordException;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.RecordLimits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches single records from the topics, by their places. One question after the other. */
public final class HistoryReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryReader.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final QuestionIndex index;
  private final RecordDispatcher dispatcher;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * @param limits the job's own, for its input
   */
  public HistoryReader(KafkaSettings settings, RecordLimits limits, QuestionIndex index) {
    this.index = index;
    this.dispatcher = new RecordDispatcher(settings, limits);
    Properties properties = TopicReader.properties(settings, true);
    // Little is wanted from each place; a larger record comes nevertheless.
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 16 << 10);
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 50);
    this.consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** All that the topics still hold of a question. */
  public synchronized QuestionHistory read(String questionId) {
    QuestionHistory history = new QuestionHistory(questionId);
    List<RecordPlace> places = index.places(questionId);
    history.miss(places.size());
    fetch(places, history, history);
    return history;
  }

  /** The newest contents of questions, by their ids, in their order; of some there may be none. */
  public synchronized Map<String, Question> contents(List<String> questionIds) {
    Map<String, Question> contents = new LinkedHashMap<>();
    questionIds.forEach(id -> contents.put(id, null));
    fetch(
        questionIds.stream().flatMap(id -> index.content(id).stream()).toList(),
        new RecordHandler() {
          @Override
          public void add(QuestionEvent event) {
            contents.replace(event.questionId(), event.question());
          }
        },
        new QuestionHistory(""));
    return contents;
  }

  /** Hands the records at these places over, and notes in {@code account} which are not there. */
  private void fetch(List<RecordPlace> places, RecordHandler handler, QuestionHistory account) {
    Map<TopicPartition, Deque<Long>> wanted = new HashMap<>();
    places.stream()
        .sorted(Comparator.comparingLong(RecordPlace::offset))
        .forEach(
            place ->
                wanted
                    .computeIfAbsent(
                        new TopicPartition(place.topic(), place.partition()),
                        any -> new ArrayDeque<>())
                    .add(place.offset()));
    consumer.assign(wanted.keySet());
    wanted.forEach((partition, offsets) -> consumer.seek(partition, offsets.peek()));
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!wanted.isEmpty() && System.nanoTime() < end) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      for (TopicPartition partition : List.copyOf(wanted.keySet())) {
        account.miss(-take(records.records(partition), wanted.get(partition), handler));
        goOn(partition, wanted);
      }
    }
    int late = wanted.values().stream().mapToInt(Deque::size).sum();
    account.miss(-late);
    account.late(late);
    consumer.assign(List.of());
  }

  private int take(
      List<ConsumerRecord<byte[], byte[]>> records, Deque<Long> offsets, RecordHandler handler) {
    int found = 0;
    for (ConsumerRecord<byte[], byte[]> entry : records) {
      // What is not there any more is passed over.
      while (!offsets.isEmpty() && offsets.peek() < entry.offset()) {
        offsets.poll();
      }
      if (!offsets.isEmpty() && offsets.peek() == entry.offset()) {
        offsets.poll();
        try {
          dispatcher.dispatch(entry, handler);
          found++;
        } catch (UnreadableRecordException e) {
          LOG.warn("Left out. {}", e.getMessage());
        }
      }
    }
    return found;
  }

  /** Where something is still wanted of a partition, it is sought; else the partition is left. */
  private void goOn(TopicPartition partition, Map<TopicPartition, Deque<Long>> wanted) {
    Deque<Long> offsets = wanted.get(partition);
    long at = position(partition);
    while (!offsets.isEmpty() && offsets.peek() < at) {
      offsets.poll();
    }
    if (offsets.isEmpty()) {
      wanted.remove(partition);
      consumer.pause(List.of(partition));
    } else if (at >= 0 && offsets.peek() > at) {
      consumer.seek(partition, offsets.peek());
    }
  }

  /** -1 where the broker does not say. */
  private long position(TopicPartition partition) {
    try {
      return consumer.position(partition, POLL);
    } catch (TimeoutException e) {
      LOG.debug("The place in {} is not known yet", partition, e);
      return -1;
    }
  }

  @Override
  public synchronized void close() {
    consumer.close();
  }
}
