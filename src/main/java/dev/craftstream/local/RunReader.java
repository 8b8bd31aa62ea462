package dev.craftstream.local;

import dev.craftstream.topics.KafkaSettings;
import dev.craftstream.topics.Topics;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reads the output topics into a {@link RunLedger}. */
public final class RunReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunReader.class);

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
    this.reader =
        new TopicReader(
            settings,
            List.of(topics.knowledge(), topics.instructions(), topics.deadLetters()),
            committed,
            true);
    thread = new Thread(this::run, committed ? "committed-output" : "live-output");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!closed) {
      try {
        reader.poll(Duration.ofMillis(200)).forEach(this::add);
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.warn("Reading the output topics failed; trying again", e);
        }
      }
    }
    reader.close();
  }

  private void add(ConsumerRecord<byte[], byte[]> entry) {
    if (entry.value() == null) {
      return;
    }
    if (entry.topic().equals(topics.knowledge())) {
      ledger.add(records.knowledge(entry.value()));
    } else if (entry.topic().equals(topics.instructions())) {
      ledger.add(records.instruction(entry.value()));
    } else {
      ledger.add(records.deadLetter(entry.value()));
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
