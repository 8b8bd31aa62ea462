package dev.craftstream.topics.kafka;

import dev.craftstream.model.evidence.EmbeddingPrecision;
import java.io.Serializable;
import java.time.Duration;

/**
 * The topic of what measurements rest on.
 *
 * @param enabled whether there is one
 * @param embeddings how embeddings are kept
 * @param retention how long records are kept, where the job creates the topic
 * @param compression of the records: none, gzip, snappy, lz4 or zstd
 * @param recordBytes the largest record, key and value together
 */
public record SamplesTopic(
    boolean enabled,
    EmbeddingPrecision embeddings,
    Duration retention,
    String compression,
    int recordBytes)
    implements Serializable {

  /** There is none. */
  public static final SamplesTopic NONE =
      new SamplesTopic(false, EmbeddingPrecision.FP16, Duration.ofDays(30), "zstd", 4 << 20);

  /** What Kafka adds to a record's key and value: its headers and its batch's. */
  static final int OVERHEAD_BYTES = 64 << 10;

  private static final int LEAST_BYTES = 16 << 10;
  private static final int MOST_BYTES = TopicAdmin.RECORD_BYTES - OVERHEAD_BYTES;

  public SamplesTopic {
    if (retention.toMillis() < 1) {
      throw new IllegalArgumentException(
          "The retention of samples is " + retention + "; give a positive time.");
    }
    KafkaSettings.requireCompression(compression);
    if (recordBytes < LEAST_BYTES || recordBytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "The largest record of samples is to have %d bytes; %d (16 kb) to %d are allowed, since the topic takes no more."
              .formatted(recordBytes, LEAST_BYTES, MOST_BYTES));
    }
  }
}
