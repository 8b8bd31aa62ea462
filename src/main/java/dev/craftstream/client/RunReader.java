package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reads the output topics into a {@link RunLedger}. */
public final class RunReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunReader.class);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Topics topics;
  private final OutputRecords records;
  private final RunLedger ledger;
  private final TopicReader reader;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param committed whether to read what is committed only: late, and what counts
   */
  public RunReader(KafkaSettings settings, RunLedger ledger, boolean committed) {
    this.topics = settings.topics();
    this.records = new OutputRecords(settings.format());
    this.ledger = ledger;
    this.reader = new TopicReader(settings, outputs(topics), committed, true);
    thread = new Thread(this::run, committed ? "committed-output" : "live-output");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Reads what is committed now, once.
   *
   * @param watcher is told a few times a second how many records are left
   */
  public static void readOnce(KafkaSettings settings, RunLedger ledger, LongConsumer watcher) {
    OutputRecords records = new OutputRecords(settings.format());
    try (TopicReader reader = new TopicReader(settings, outputs(settings.topics()), true, true)) {
      var ends = reader.ends();
      while (!reader.hasReached(ends)) {
        reader.poll(LOOK).forEach(entry -> add(entry, settings.topics(), records, ledger));
        watcher.accept(reader.left(ends));
      }
    }
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
      add(entry, topics, records, ledger);
    } catch (UnreadableRecordException e) {
      LOG.warn("Passed over. {}", e.getMessage());
    }
  }

  static void add(
      ConsumerRecord<byte[], byte[]> entry,
      Topics topics,
      OutputRecords records,
      RunLedger ledger) {
    String topic = entry.topic();
    if (entry.value() == null) {
      if (topic.equals(topics.instructions()) && entry.key() != null) {
        ledger.removeInstructions(new String(entry.key(), UTF_8));
      }
      return;
    }
    if (topic.equals(topics.knowledge())) {
      ledger.add(records.knowledge(entry));
    } else if (topic.equals(topics.instructions())) {
      ledger.add(records.instruction(entry));
    } else if (topic.equals(topics.datasetManifests())) {
      ledger.add(records.manifest(entry));
    } else if (topic.equals(topics.evaluations())) {
      ledger.add(records.evaluation(entry));
    } else if (topic.equals(topics.deadLetters())) {
      ledger.add(records.deadLetter(entry), entry.timestamp());
    } else {
      ledger.add(records.datasetRecord(entry));
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
