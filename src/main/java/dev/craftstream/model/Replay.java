package dev.craftstream.model;

/**
 * Where a record comes from that an operator replayed from its dead letter.
 *
 * @param from where the record lies that the dead letter is on
 * @param count how often the record has been replayed, from 1
 */
public record Replay(Origin from, int count) {}
