package dev.craftstream.client.evidence;

import dev.craftstream.client.OutputRecords;
import dev.craftstream.client.TopicReader;
import dev.craftstream.client.UnreadableRecordException;
import dev.craftstream.client.importing.rows.Lines;
import dev.craftstream.client.importing.rows.SourceContent;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.Rejection;
import dev.craftstream.topics.records.SampleMessages;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.SampleRecord;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads recorded samples, oldest first within each partition or file. */
public final class SampleSource {
  private static final int BUFFER_BYTES = 1 << 20;

  private final BiConsumer<SampleRecord, Evidence> taker;
  private long read;
  private long leftOut;

  /**
   * @param taker gets each record, and what its measurement rests on
   */
  public SampleSource(BiConsumer<SampleRecord, Evidence> taker) {
    this.taker = taker;
  }

  /** How many measurements were given to the taker. */
  public long read() {
    return read;
  }

  /** How many records said that their samples were left out. */
  public long leftOut() {
    return leftOut;
  }

  /**
   * Reads what is committed in the topic now.
   *
   * @throws IllegalStateException with a sentence, where there is no broker, no such topic, or a
   *     record that can't be read
   */
  public void readTopic(KafkaSettings kafka, TopicReader.Progress progress) {
    OutputRecords records = new OutputRecords(kafka.format());
    TopicReader.readCommitted(
        kafka, List.of(kafka.topics().samples()), entry -> take(records, entry), progress);
  }

  /**
   * Reads a file that {@code ./craft consume samples} wrote, with or without keys, plain or
   * compressed by gzip or zstd.
   *
   * @throws IOException with a sentence, where it can't be read
   */
  public void readFile(Path file) throws IOException {
    OutputRecords records = new OutputRecords(WireFormat.JSON);
    try (Lines lines =
        new Lines(
            file,
            SourceContent.text(
                file, new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)))) {
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        try {
          take(records, new ConsumerRecord<>(file.toString(), 0, 0, null, value(line)));
        } catch (UnreadableRecordException e) {
          throw new IOException(
              lines.place() + " is no record of samples as ./craft consume samples writes them.",
              e);
        }
      }
    }
  }

  /** A line may begin with the record's key and a tab. */
  private static byte[] value(byte[] line) {
    if (line.length > 0 && line[0] != '{') {
      for (int i = 0; i < line.length; i++) {
        if (line[i] == '\t') {
          return Arrays.copyOfRange(line, i + 1, line.length);
        }
      }
    }
    return line;
  }

  private void take(OutputRecords records, ConsumerRecord<byte[], byte[]> entry) {
    if (entry.value() == null) {
      return;
    }
    try {
      SampleRecord record = records.sample(entry);
      Optional<Evidence> evidence = SampleMessages.read(record);
      if (evidence.isPresent()) {
        read++;
        taker.accept(record, evidence.get());
      } else {
        leftOut++;
      }
    } catch (Rejection e) {
      throw new IllegalStateException(
          "The record at offset %d of partition %d of %s can't be used. %s"
              .formatted(entry.offset(), entry.partition(), entry.topic(), e.getMessage()),
          e);
    }
  }
}
