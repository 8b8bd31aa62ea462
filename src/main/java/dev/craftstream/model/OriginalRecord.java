package dev.craftstream.model;

/**
 * A Kafka record as it lay in its topic.
 *
 * @param origin where it lies
 * @param key its key's bytes, may be null
 * @param value its value's bytes, may be null
 * @param replay where it was replayed from; null where its producer wrote it
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; bytes as Kafka gives and takes them.
public record OriginalRecord(Origin origin, byte[] key, byte[] value, Replay replay) {

  /** A record that its producer wrote. */
  public OriginalRecord(Origin origin, byte[] key, byte[] value) {
    this(origin, key, value, null);
  }
}
