package dev.craftstream.client;

/**
 * Where a record lies.
 *
 * @param writtenAt the record's time, in milliseconds
 */
public record RecordPlace(String topic, int partition, long offset, long writtenAt) {}
