package dev.craftstream.topics.records;

import java.io.Serializable;
import java.util.List;

/**
 * What a record may hold. More becomes a dead letter of reason {@code TOO_LARGE}.
 *
 * @param recordBytes key and value of a Kafka record, in bytes
 * @param textCharacters a question's text
 * @param answerCharacters a gold answer, an alias or an option, each
 * @param aliases aliases of one question
 * @param subjectCharacters a subject
 * @param tags tags of one question
 * @param tagCharacters each tag
 * @param forbiddenTexts what no question, answer, alias, option or subject may hold; a record with
 *     one becomes a dead letter of reason {@code INVALID}
 * @param controlTokens the same for what has a meaning of its own in the chat template that
 *     questions are asked in
 */
public record RecordLimits(
    int recordBytes,
    int textCharacters,
    int answerCharacters,
    int aliases,
    int subjectCharacters,
    int tags,
    int tagCharacters,
    List<String> forbiddenTexts,
    List<String> controlTokens)
    implements Serializable {

  /** Limits that a question that a person can read keeps with ease. */
  public static final RecordLimits DEFAULT =
      new RecordLimits(1 << 20, 32_768, 4_096, 1_000, 1_024, 100, 256, List.of(), List.of());

  public RecordLimits {
    atLeastOne("recordBytes", recordBytes);
    atLeastOne("textCharacters", textCharacters);
    atLeastOne("answerCharacters", answerCharacters);
    atLeastOne("aliases", aliases);
    atLeastOne("subjectCharacters", subjectCharacters);
    atLeastOne("tags", tags);
    atLeastOne("tagCharacters", tagCharacters);
    forbiddenTexts = List.copyOf(forbiddenTexts);
    controlTokens = List.copyOf(controlTokens);
    if (forbiddenTexts.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "One of the forbidden texts is blank, and would forbid nearly everything; leave it out.");
    }
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "The limit " + name + " is " + value + "; give at least 1.");
    }
  }
}
