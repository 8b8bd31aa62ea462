package dev.craftstream.client.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.client.OutputRecords;
import dev.craftstream.client.TopicReader;
import dev.craftstream.model.Origin;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Reason;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** All dead letters that there are: those that are chosen, and which records the job refused. */
final class LetterScan {
  private final ReplayChoice choice;
  private final OutputRecords records;
  private final Subjects subjects;
  private final ReplayReport report;

  /** A job that begins anew writes dead letters again, on the same records. */
  private final Map<Origin, Letter> chosen = new HashMap<>();

  private final Set<Origin> refused = new HashSet<>();

  private LetterScan(KafkaSettings kafka, ReplayChoice choice, ReplayReport report) {
    this.choice = choice;
    this.records = new OutputRecords(kafka.format());
    this.subjects = new Subjects(kafka.format());
    this.report = report;
  }

  /**
   * Reads what is committed in the topic of dead letters now. Of those that are chosen, the report
   * gets answers that could not be used.
   */
  static LetterScan of(
      KafkaSettings kafka,
      ReplayChoice choice,
      ReplayReport report,
      TopicReader.Progress progress) {
    LetterScan scan = new LetterScan(kafka, choice, report);
    TopicReader.readCommitted(kafka, List.of(kafka.topics().deadLetters()), scan::add, progress);
    return scan;
  }

  private void add(ConsumerRecord<byte[], byte[]> entry) {
    DeadLetter letter = records.deadLetter(entry);
    String key = entry.key() == null ? "" : new String(entry.key(), UTF_8);
    boolean isChosen = choice.takes(letter, key, entry.timestamp());
    if (letter.getReason() == Reason.REASON_UNUSABLE_ANSWER) {
      // The record it names is the question's own, which the job took.
      if (isChosen) {
        report.addAskAgain(letter.getReason(), letter.getCheckpointId());
      }
      return;
    }
    Origin origin = new Origin(letter.getTopic(), letter.getPartition(), letter.getOffset());
    refused.add(origin);
    if (isChosen) {
      chosen.put(
          origin,
          new Letter(
              entry.partition(),
              entry.offset(),
              entry.timestamp(),
              letter.getReason(),
              origin,
              subjects.of(Originals.key(letter), Originals.value(letter)),
              letter.getReplays(),
              letter.getOriginalIsCut()));
    }
  }

  /** One for each record. */
  Collection<Letter> chosen() {
    return chosen.values();
  }

  /** Whether the job could not use this record. */
  boolean isRefused(Origin origin) {
    return refused.contains(origin);
  }
}
