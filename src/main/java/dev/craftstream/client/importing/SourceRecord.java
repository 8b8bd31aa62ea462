package dev.craftstream.client.importing;

import dev.craftstream.model.QuestionEvent;
import java.util.Set;

/** One record of a file of questions. */
public sealed interface SourceRecord {

  /** Where it stands, for people: the file, and its line or number there. */
  String place();

  /**
   * A question, as far as the file's form says.
   *
   * @param event not yet held against the job's rules
   * @param remarks what its reader noticed; each goes on "Records ..."
   */
  record Usable(String place, QuestionEvent event, Set<String> remarks) implements SourceRecord {}

  /**
   * No question.
   *
   * @param sentence what is wrong with it
   */
  record Unusable(String place, String sentence) implements SourceRecord {}

  /**
   * A question that its file gives no answer to.
   *
   * @param sentence why
   */
  record WithoutAnswer(String place, String sentence) implements SourceRecord {}
}
