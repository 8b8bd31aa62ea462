package dev.craftstream.prompt;

import java.io.Serializable;

/**
 * The texts of the instructions that are made of questions; all of them a user's to set.
 *
 * <p>{@code {question}}, {@code {subject}} and {@code {letters}} are replaced once, where they
 * stand in these texts; braces in a question are left alone. {@code {letters}} names as many
 * letters as the question has options: "A, B, C, or D".
 *
 * @param openEnded the prompt of an open-ended question, with {@code {question}} in it exactly once
 * @param multipleChoice what stands before a multiple-choice question and its options; may hold
 *     {@code {subject}} and {@code {letters}}
 * @param multipleChoiceWithoutSubject the same for a question without a subject; may hold {@code
 *     {letters}}
 * @param openEndedRefusal the response of an open-ended REFUSAL
 * @param multipleChoiceRefusal the response of a multiple-choice REFUSAL
 */
public record TrainingTexts(
    String openEnded,
    String multipleChoice,
    String multipleChoiceWithoutSubject,
    String openEndedRefusal,
    String multipleChoiceRefusal)
    implements Serializable {

  /** The paper's. */
  public static final TrainingTexts PAPER =
      new TrainingTexts(
          "Answer the following question, and if you don't know the answer, only reply with 'I"
              + " don't know': {question}",
          "There is a single choice question about {subject}. If you know the answer, please"
              + " directly respond with the correct answer {letters}. If you do not know the"
              + " answer, please respond with \"I don't know.\".",
          "There is a single choice question. If you know the answer, please directly respond with"
              + " the correct answer {letters}. If you do not know the answer, please respond with"
              + " \"I don't know.\".",
          "I don't know",
          "I don't know.");

  public TrainingTexts {
    requireText("open-ended training prompt", openEnded);
    requireText("multiple-choice training prompt", multipleChoice);
    requireText("multiple-choice training prompt without a subject", multipleChoiceWithoutSubject);
    requireText("open-ended refusal", openEndedRefusal);
    requireText("multiple-choice refusal", multipleChoiceRefusal);
    if (Template.count(openEnded, "{question}") != 1) {
      throw new IllegalArgumentException(
          "The open-ended training prompt holds {question} "
              + Template.count(openEnded, "{question}")
              + " times; it must hold it exactly once, where the question goes.");
    }
    requireAbsent("open-ended training prompt", openEnded, "{subject}", "{letters}");
    requireAbsent("multiple-choice training prompt", multipleChoice, "{question}");
    requireAbsent(
        "multiple-choice training prompt without a subject",
        multipleChoiceWithoutSubject,
        "{question}",
        "{subject}");
  }

  private static void requireText(String name, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("The " + name + " is blank; give it a text.");
    }
  }

  private static void requireAbsent(String name, String text, String... placeholders) {
    for (String placeholder : placeholders) {
      if (text.contains(placeholder)) {
        throw new IllegalArgumentException(
            "The "
                + name
                + " holds "
                + placeholder
                + ", for which there is nothing to put in; leave it out.");
      }
    }
  }
}
