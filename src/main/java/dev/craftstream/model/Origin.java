package dev.craftstream.model;

/**
 * A record's place in Kafka.
 *
 * @param topic its topic
 * @param partition its partition, from 0
 * @param offset its offset, from 0
 */
public record Origin(String topic, int partition, long offset) {}
