package dev.craftstream.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.topics.KafkaSettings;
import dev.craftstream.topics.Topics;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Mark;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads a training dataset as it is now: what its manifest closed, with what came, changed and went
 * since. Only what is committed counts.
 */
public final class DatasetReading {
  private static final Duration POLL = Duration.ofMillis(500);

  private final Topics topics;
  private final OutputRecords records;
  private final String id;
  private final String keyPrefix;
  private final Map<String, DatasetRecord> newest = new HashMap<>();
  private final TreeSet<String> otherIds = new TreeSet<>();
  private DatasetManifest manifest;

  private DatasetReading(KafkaSettings kafka, String id) {
    this.topics = kafka.topics();
    this.records = new OutputRecords(kafka.format());
    this.id = id;
    this.keyPrefix = id + "\n";
  }

  /**
   * Reads it, waiting for records that are on their way.
   *
   * @param patience how long to wait for records that the manifest counts, once the topics were
   *     read to their ends
   * @param read is told how many of its questions have been read
   * @return the records, by question id
   * @throws IOException with a sentence where there is no such dataset, it was not built or its
   *     records do not come
   */
  public static List<DatasetRecord> read(
      KafkaSettings kafka, String id, Duration patience, IntConsumer read) throws IOException {
    DatasetReading reading = new DatasetReading(kafka, id);
    try (TopicReader reader =
        new TopicReader(
            kafka,
            List.of(kafka.topics().datasetManifests(), kafka.topics().datasets()),
            true,
            true)) {
      var ends = reader.ends();
      long endReached = 0;
      while (true) {
        reader.poll(POLL).forEach(reading::add);
        read.accept(reading.newest.size());
        if (!reader.hasReached(ends)) {
          continue;
        }
        reading.requireBuilt();
        if (reading.isComplete()) {
          return reading.present();
        }
        long now = System.nanoTime();
        endReached = endReached == 0 ? now : endReached;
        if (now - endReached > patience.toNanos()) {
          throw new IOException(
              "Of the %d questions that the manifest of %s counts, %d are in the topic %s. Wait for the job's next Flink checkpoint and try again; if some are gone for good, ask for the dataset again with ./craft request."
                  .formatted(
                      reading.wanted(), id, reading.newest.size(), kafka.topics().datasets()));
        }
      }
    } catch (org.apache.kafka.common.errors.TimeoutException e) {
      throw new IOException(
          "No Kafka broker answers at "
              + kafka.bootstrapServers()
              + ". Name the broker with --bootstrap-servers.",
          e);
    }
  }

  private void add(ConsumerRecord<byte[], byte[]> entry) {
    String key = entry.key() == null ? "" : new String(entry.key(), UTF_8);
    if (entry.topic().equals(topics.datasetManifests())) {
      if (!key.equals(id)) {
        otherIds.add(key);
      } else {
        manifest = entry.value() == null ? null : records.manifest(entry.value());
      }
    } else if (key.startsWith(keyPrefix)) {
      String questionId = key.substring(keyPrefix.length());
      if (entry.value() == null) {
        newest.remove(questionId);
      } else {
        newest.put(questionId, records.datasetRecord(entry.value()));
      }
    }
  }

  private void requireBuilt() throws IOException {
    if (manifest == null) {
      throw new IOException(
          "There is no manifest of a dataset %s in the topic %s. %s"
              .formatted(
                  id,
                  topics.datasetManifests(),
                  otherIds.isEmpty()
                      ? "It has none at all yet; the job writes one when a dataset is complete."
                      : "There is one of: " + String.join(", ", otherIds) + "."));
    }
    if (!manifest.getComplete()) {
      throw new IOException("The dataset " + id + " was not built: " + manifest.getFailure());
    }
  }

  /** Of a question that changed, the compacted topic may have the newest record only. */
  private boolean isComplete() {
    return newest.values().stream().filter(record -> record.getMark() != Mark.MARK_ADDED).count()
        >= wanted();
  }

  private long wanted() {
    return manifest.getAnswer().getQuestions() + manifest.getRefusal().getQuestions();
  }

  private List<DatasetRecord> present() {
    return new TreeMap<>(newest)
        .values().stream().filter(record -> record.getMark() != Mark.MARK_REMOVED).toList();
  }
}
