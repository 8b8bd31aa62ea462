package dev.craftstream.model;

/**
 * A Kafka record as it lay in its topic.
 *
 * @param origin where it lies
 * @param key its key's bytes, may be null
 * @param value its value's bytes, may be null
 */
public record OriginalRecord(Origin origin, byte[] key, byte[] value) {}
