package dev.craftstream.method;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import java.util.List;

/** Questions for tests, named by what matters about them. */
public final class TestQuestions {

  private TestQuestions() {}

  public static Question openEnded(String answer, String... aliases) {
    return new Question(
        "q1",
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        "Which one?",
        answer,
        List.of(aliases),
        List.of(),
        "",
        List.of());
  }

  public static Question multipleChoice(String target, String... options) {
    return new Question(
        "q2",
        Task.MULTIPLE_CHOICE,
        Purpose.TRAIN,
        "Which one?",
        target,
        List.of(),
        List.of(options),
        "",
        List.of());
  }
}
