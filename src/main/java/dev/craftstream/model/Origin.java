package dev.craftstream.model;

/** A record's place in Kafka. */
public record Origin(String topic, int partition, long offset) {}
