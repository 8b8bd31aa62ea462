package dev.craftstream.topics.records;

/**
 * A record that is ready for its topic.
 *
 * @param key its key's bytes; null where there is none
 * @param value its value's bytes; null for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; Kafka's clients want arrays.
public record EncodedRecord(byte[] key, byte[] value) {}
