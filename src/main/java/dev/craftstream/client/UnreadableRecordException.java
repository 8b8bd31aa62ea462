package dev.craftstream.client;

import dev.craftstream.topics.records.WireFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of one of the job's own topics can't be read. The sentence says where it lies, why, and
 * what to do.
 */
public final class UnreadableRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARACTERS = 160;

  /**
   * @param reason what is wrong with it; may be long, and hold some of the record
   * @param cause null where there is none
   */
  UnreadableRecordException(
      ConsumerRecord<byte[], byte[]> entry, WireFormat format, String reason, Exception cause) {
    super(
        "The record at offset %d of partition %d of the topic %s can't be read as %s: %s. If the job writes another format, give it as kafka.format (-D kafka.format=..., or in the file of --config). Else it is not the job's record: nobody but the job may write there."
            .formatted(entry.offset(), entry.partition(), entry.topic(), format, shortened(reason)),
        cause);
  }

  private static String shortened(String reason) {
    String line = reason.replaceAll("[\\p{Cc}\\p{Cs}\\s]+", " ").strip().replaceFirst("\\.$", "");
    return line.codePointCount(0, line.length()) <= SHOWN_CHARACTERS
        ? line
        : line.substring(0, line.offsetByCodePoints(0, SHOWN_CHARACTERS)).strip() + "…";
  }
}
