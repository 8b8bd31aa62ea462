package dev.craftstream.torture;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.client.OutputRecords;
import dev.craftstream.client.TopicReader;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A consumer of all that the job writes, {@code read_committed}, from the start of the run to its
 * end. It knows what has yet to come, and keeps everything for the {@link RecordChecker}.
 */
final class CommittedRecords implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Topics topics;
  private final OutputRecords format;
  private final TopicReader reader;
  private final Thread thread;
  private final List<Committed<KnowledgeRecord>> knowledge = new ArrayList<>();
  private final List<Committed<Instruction>> instructions = new ArrayList<>();
  private final List<Committed<DatasetRecord>> datasets = new ArrayList<>();
  private final List<Committed<DatasetManifest>> manifests = new ArrayList<>();
  private final List<Committed<Evaluation>> evaluations = new ArrayList<>();
  private final List<Committed<DeadLetter>> deadLetters = new ArrayList<>();
  private final Awaited awaited;
  private Instant newest = Instant.EPOCH;
  private RuntimeException failure;
  private volatile boolean closed;

  CommittedRecords(KafkaSettings settings, Workload workload) {
    this.topics = settings.topics();
    this.format = new OutputRecords(settings.format());
    this.awaited = new Awaited(workload);
    this.reader =
        new TopicReader(
            settings,
            List.of(
                topics.knowledge(),
                topics.instructions(),
                topics.datasets(),
                topics.rehearsalSets(),
                topics.datasetManifests(),
                topics.evaluations(),
                topics.deadLetters()),
            true,
            true);
    this.thread = new Thread(this::read, "committed-records");
    thread.start();
  }

  private void read() {
    try {
      while (!closed) {
        reader.poll(POLL).forEach(this::add);
      }
    } catch (RuntimeException e) {
      synchronized (this) {
        failure = e;
      }
    }
  }

  private synchronized void add(ConsumerRecord<byte[], byte[]> record) {
    Instant written = Instant.ofEpochMilli(record.timestamp());
    if (written.isAfter(newest)) {
      newest = written;
    }
    if (record.topic().equals(topics.knowledge())) {
      var committed = committed(record, record.value() == null ? null : format.knowledge(record));
      knowledge.add(committed);
      awaited.knowledge(committed);
    } else if (record.topic().equals(topics.instructions())) {
      var committed = committed(record, record.value() == null ? null : format.instruction(record));
      instructions.add(committed);
      awaited.instruction(committed);
    } else if (record.topic().equals(topics.datasetManifests())) {
      var committed = committed(record, format.manifest(record));
      manifests.add(committed);
      awaited.manifest(committed);
    } else if (record.topic().equals(topics.evaluations())) {
      var committed = committed(record, format.evaluation(record));
      evaluations.add(committed);
      awaited.evaluation(committed);
    } else if (record.topic().equals(topics.deadLetters())) {
      var committed = committed(record, format.deadLetter(record));
      deadLetters.add(committed);
      awaited.deadLetter(committed);
    } else {
      datasets.add(committed(record, format.datasetRecord(record)));
    }
  }

  private static <T> Committed<T> committed(ConsumerRecord<byte[], byte[]> record, T value) {
    return new Committed<>(
        new String(record.key(), UTF_8),
        value,
        record.partition(),
        record.offset(),
        Instant.ofEpochMilli(record.timestamp()));
  }

  /** When the newest committed record was written. */
  synchronized Instant newest() {
    if (failure != null) {
      throw failure;
    }
    return newest;
  }

  /** How much has not come yet of what has to. */
  synchronized int awaited() {
    return awaited.missing().size();
  }

  synchronized boolean areReadyForRetirement() {
    return awaited.isReadyForRetirement();
  }

  synchronized boolean tellOfRetirement() {
    return awaited.areRetired();
  }

  synchronized Output soFar() {
    return new Output(
        List.copyOf(knowledge),
        List.copyOf(instructions),
        List.copyOf(datasets),
        List.copyOf(manifests),
        List.copyOf(evaluations),
        List.copyOf(deadLetters));
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    reader.close();
  }
}
