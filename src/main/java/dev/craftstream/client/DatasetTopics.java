package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.client.exchange.CollectedDataset;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.v1.DatasetManifest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads the job's datasets and rehearsal sets out of their topics. */
public final class DatasetTopics {
  private static final Duration LOOK = Duration.ofMillis(250);

  /** A reading that brings records for longer than the time-out is not broken off. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  private final KafkaSettings settings;
  private final OutputRecords records;

  public DatasetTopics(KafkaSettings settings) {
    this.settings = settings;
    this.records = new OutputRecords(settings.format());
  }

  /** The manifests that there are now, in the order of the datasets' ids. */
  public List<DatasetManifest> manifests() {
    Map<String, DatasetManifest> manifests = new TreeMap<>();
    TopicReader.readCommitted(
        settings,
        List.of(settings.topics().datasetManifests()),
        entry -> {
          if (entry.key() != null) {
            String id = new String(entry.key(), UTF_8);
            if (entry.value() == null) {
              manifests.remove(id);
            } else {
              manifests.put(id, records.manifest(entry));
            }
          }
        },
        (read, left) -> {});
    return new ArrayList<>(manifests.values());
  }

  /**
   * Reads one dataset, and waits where it is not complete yet.
   *
   * @param asClosed whether the records that its manifest counts have to be there themselves, not
   *     what replaced them
   * @param watcher is told a few times a second how far it is
   * @throws IOException with a sentence, where it was not built, does not come in time, lacks
   *     records for good, or holds those of two runs
   */
  public CollectedDataset collect(
      String id, Duration timeout, boolean asClosed, Consumer<CollectedDataset> watcher)
      throws IOException {
    CollectedDataset dataset = new CollectedDataset(id);
    long deadline = System.nanoTime() + timeout.toNanos();
    Topics topics = settings.topics();
    try (TopicReader reader =
        new TopicReader(
            settings,
            List.of(topics.datasets(), topics.rehearsalSets(), topics.datasetManifests()),
            true,
            true)) {
      Map<TopicPartition, Long> ends = reader.ends();
      // What comes while the reading goes on may never end; the end of now does.
      boolean endIsThatOfCompleteness = false;
      while (true) {
        reader.poll(LOOK).forEach(entry -> add(entry, dataset));
        watcher.accept(dataset);
        if (System.nanoTime() - deadline > 0 && reader.standsStill(ends, QUIET)) {
          throw unread(dataset, timeout, reader.left(ends));
        }
        boolean atEnd = reader.hasReached(ends);
        if (dataset.isComplete() || (atEnd && dataset.isCompleteButForReplaced())) {
          if (!endIsThatOfCompleteness) {
            ends = reader.ends();
            endIsThatOfCompleteness = true;
          } else if (atEnd) {
            return checked(dataset, asClosed);
          }
        } else if (atEnd) {
          // A later manifest of the same id may replace one that says so.
          failWhereItFailed(dataset);
          if (System.nanoTime() - deadline > 0) {
            throw late(dataset, timeout);
          }
          ends = reader.ends();
        }
      }
    }
  }

  void add(ConsumerRecord<byte[], byte[]> entry, CollectedDataset dataset) {
    if (entry.key() == null) {
      return;
    }
    String key = new String(entry.key(), UTF_8);
    if (entry.topic().equals(settings.topics().datasetManifests())) {
      if (key.equals(dataset.id())) {
        dataset.manifest(entry.value() == null ? null : records.manifest(entry));
      }
    } else if (key.startsWith(dataset.id() + "\n")) {
      if (entry.value() == null) {
        dataset.remove(key.substring(dataset.id().length() + 1));
      } else {
        dataset.add(records.datasetRecord(entry));
      }
    }
  }

  private static void failWhereItFailed(CollectedDataset dataset) throws IOException {
    DatasetManifest manifest = dataset.manifest();
    if (manifest != null && !manifest.getComplete()) {
      throw new IOException(
          "The dataset %s was not built: %s".formatted(dataset.id(), manifest.getFailure()));
    }
  }

  private static CollectedDataset checked(CollectedDataset dataset, boolean asClosed)
      throws IOException {
    if (dataset.isMixed()) {
      throw new IOException(
          "The topic holds %d questions of %s, and its manifest counts %d: the records are of two runs of the job, or it failed without transactions (kafka.delivery-guarantee) while it wrote them. Request the dataset again under another id, with ./craft request."
              .formatted(dataset.baseQuestions(), dataset.id(), dataset.wantedQuestions()));
    }
    if (asClosed && !dataset.isComplete()) {
      throw new IOException(
          "Of the %d questions that the manifest of %s counts, %d were replaced by later records, and Kafka no longer has what they replaced. Leave out --as-of, and export it as it is now."
              .formatted(
                  dataset.wantedQuestions(),
                  dataset.id(),
                  dataset.wantedQuestions() - dataset.baseQuestions()));
    }
    return dataset;
  }

  private IOException unread(CollectedDataset dataset, Duration timeout, long left) {
    return new IOException(
        "%s was not read within %d s: Kafka at %s sends nothing, though %,d records are left. Look whether all of its brokers run."
            .formatted(dataset.id(), timeout.toSeconds(), settings.bootstrapServers(), left));
  }

  private IOException late(CollectedDataset dataset, Duration timeout) {
    if (dataset.manifest() != null) {
      return new IOException(
          "Within %d s, %d of the %d questions came that the manifest of %s counts; wait longer with --timeout, or look whether the job runs."
              .formatted(
                  timeout.toSeconds(),
                  dataset.baseQuestions(),
                  dataset.wantedQuestions(),
                  dataset.id()));
    }
    List<String> known = manifests().stream().map(DatasetManifest::getDatasetId).toList();
    return new IOException(
        "%s within %d s. %s Wait longer with --timeout, or look with ./craft status whether the job goes on."
            .formatted(
                dataset.manifestRemoved()
                    ? "The manifest of " + dataset.id() + " was removed, and no other came"
                    : "No manifest of " + dataset.id() + " came",
                timeout.toSeconds(),
                known.isEmpty()
                    ? "There are no manifests at all yet."
                    : "There are those of " + String.join(", ", known) + "."));
  }
}
