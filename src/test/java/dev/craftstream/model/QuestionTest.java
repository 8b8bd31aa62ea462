package dev.craftstream.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class QuestionTest {

  @Test
  void subjectAndTagsChangeNothingAboutHowATrainingQuestionIsAsked() {
    assertThat(question(Purpose.TRAIN, "law", "a").sameContent(question(Purpose.TRAIN, "art", "b")))
        .isTrue();
  }

  @Test
  void thePromptOfAnEvaluationNamesTheSubjectButNoTags() {
    Question law = question(Purpose.EVALUATE, "law", "a");
    assertThat(law.sameContent(question(Purpose.EVALUATE, "art", "a"))).isFalse();
    assertThat(law.sameContent(question(Purpose.EVALUATE, "law", "b"))).isTrue();
  }

  @Test
  void anotherPurposeIsAskedWithAnotherPrompt() {
    assertThat(question(Purpose.TRAIN, "", "a").sameContent(question(Purpose.EVALUATE, "", "a")))
        .isFalse();
  }

  private static Question question(Purpose purpose, String subject, String tag) {
    return new Question(
        "q",
        Task.MULTIPLE_CHOICE,
        purpose,
        "Which?",
        "A",
        List.of(),
        List.of("x", "y"),
        subject,
        List.of(tag));
  }
}
