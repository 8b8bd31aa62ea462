package dev.craftstream.model;

/**
 * A Kafka record as it lay in its topic.
 *
 * @param origin where it lies
 * @param key its key's bytes, may be null
 * @param value its value's bytes, may be null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; bytes as Kafka gives and takes them.
public record OriginalRecord(Origin origin, byte[] key, byte[] value) {}
