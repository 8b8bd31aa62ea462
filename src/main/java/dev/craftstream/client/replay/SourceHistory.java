package dev.craftstream.client.replay;

import dev.craftstream.client.TopicReader;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Replay;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.ReplayHeaders;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What lies in the topics that dead letters came from: which were replayed, and which are
 * superseded by a newer record of the same subject that the job did not refuse.
 *
 * <p>The mark of a replay is the replayed record itself, with its headers: there is no moment at
 * which one is written without the other. Kafka's compaction takes it away when a newer record of
 * its key is there, which supersedes the dead letter as well.
 */
final class SourceHistory implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Subjects subjects;
  private final LetterScan letters;
  private final Set<Origin> replayed = new HashSet<>();

  /** The newest record of each subject in each partition, of those that dead letters are on. */
  private final Map<Subject, Map<Integer, Newest>> newest = new HashMap<>();

  /** When the records were written that dead letters are on, as far as they are still there. */
  private final Map<Origin, Long> writtenAt = new HashMap<>();

  private final Map<TopicPartition, Long> beginnings;
  private final Map<TopicPartition, Long> ends;
  private final TopicReader tail;

  private record Subject(String topic, String subject) {}

  private record Newest(long offset, long writtenAt) {}

  /**
   * Reads the topics that the dead letters came from, to their present ends.
   *
   * @param topics these, all of them the job's own
   */
  SourceHistory(
      KafkaSettings kafka, List<String> topics, LetterScan letters, TopicReader.Progress progress) {
    this.subjects = new Subjects(kafka.format());
    this.letters = letters;
    for (Letter letter : letters.chosen()) {
      if (letter.subject() != null) {
        newest.put(subject(letter), new HashMap<>());
      }
      writtenAt.put(letter.origin(), letter.writtenAt());
    }
    try (TopicReader reader = new TopicReader(kafka, topics, true, true)) {
      beginnings = reader.beginnings();
      ends = reader.ends();
      long read = 0;
      while (!reader.hasReached(ends)) {
        for (ConsumerRecord<byte[], byte[]> entry : reader.poll(LOOK)) {
          see(entry);
          read++;
        }
        progress.at(read, reader.left(ends));
      }
    }
    tail = new TopicReader(kafka, topics, false, false);
    tail.seek(ends);
  }

  private static Subject subject(Letter letter) {
    return new Subject(letter.origin().topic(), letter.subject());
  }

  private void see(ConsumerRecord<byte[], byte[]> entry) {
    Origin place = new Origin(entry.topic(), entry.partition(), entry.offset());
    Optional<Replay> replay = ReplayHeaders.read(entry.headers());
    replay.ifPresent(from -> replayed.add(from.from()));
    writtenAt.computeIfPresent(place, (same, unknown) -> entry.timestamp());
    if (!letters.isRefused(place)) {
      keepNewest(entry);
    }
  }

  private void keepNewest(ConsumerRecord<byte[], byte[]> entry) {
    if (newest.isEmpty()) {
      return;
    }
    Map<Integer, Newest> ofSubject =
        newest.get(new Subject(entry.topic(), subjects.of(entry.key(), entry.value())));
    if (ofSubject != null) {
      ofSubject.put(entry.partition(), new Newest(entry.offset(), entry.timestamp()));
    }
  }

  /**
   * Takes in what has been written meanwhile, also in transactions that are still open. Replays are
   * those of this run, since it alone may write any.
   */
  void follow() {
    Map<TopicPartition, Long> now = tail.ends();
    while (!tail.hasReached(now)) {
      for (ConsumerRecord<byte[], byte[]> entry : tail.poll(LOOK)) {
        if (ReplayHeaders.read(entry.headers()).isEmpty()) {
          keepNewest(entry);
        }
      }
    }
  }

  boolean isReplayed(Letter letter) {
    return replayed.contains(letter.origin());
  }

  /**
   * Whether there is a newer record: behind the one that the dead letter is on, or, in another
   * partition, where producers do not agree, written after it.
   */
  boolean isSuperseded(Letter letter) {
    if (letter.subject() == null) {
      return false;
    }
    long written = writtenAt.get(letter.origin());
    return newest.get(subject(letter)).entrySet().stream()
        .anyMatch(
            entry ->
                entry.getKey() == letter.origin().partition()
                    ? entry.getValue().offset() > letter.origin().offset()
                    : entry.getValue().writtenAt() > written);
  }

  /**
   * Whether everything is still there that may have come behind the record of the dead letter. The
   * topic may have been made anew, or have lost its older records.
   */
  boolean reachesBackTo(Letter letter) {
    TopicPartition source = letter.source();
    return ends.containsKey(source)
        && beginnings.get(source) <= letter.origin().offset()
        && ends.get(source) > letter.origin().offset();
  }

  @Override
  public void close() {
    tail.close();
  }

  /** Of the dead letters' topics those that are read. */
  static List<String> topics(KafkaSettings kafka, Collection<Letter> letters) {
    return kafka.topics().inputs().stream()
        .filter(topic -> letters.stream().anyMatch(letter -> letter.origin().topic().equals(topic)))
        .toList();
  }
}
