package dev.craftstream.client.watch;

/**
 * Counts of a span of time.
 *
 * @param from in milliseconds
 * @param to in milliseconds
 */
public record Span(long from, long to, long[] counts) {}
