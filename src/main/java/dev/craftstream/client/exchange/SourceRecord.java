package dev.craftstream.client.exchange;

import dev.craftstream.model.QuestionEvent;

/** One record of a file of questions. */
public sealed interface SourceRecord {

  /** Where it stands, for people: the file, and its line or number there. */
  String place();

  /**
   * A question, as far as the file's form says.
   *
   * @param event not yet held against the job's rules
   */
  record Usable(String place, QuestionEvent event) implements SourceRecord {}

  /**
   * No question.
   *
   * @param sentence what is wrong with it
   */
  record Unusable(String place, String sentence) implements SourceRecord {}
}
