package dev.craftstream.topics.records;

import dev.craftstream.model.DeadLetter;

/** What became of a record: an event or a dead letter. */
public sealed interface Parsed<T> {

  /** The record is an event. */
  record Event<T>(T event) implements Parsed<T> {}

  /** The record cannot be used. */
  record Rejected<T>(DeadLetter deadLetter) implements Parsed<T> {}
}
