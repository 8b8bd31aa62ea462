package dev.craftstream.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.topics.records.RecordLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionChoiceTest {
  @Test
  void fewerQuestionsAreTakenFromEverywhere() {
    List<Question> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(question("o" + i, Task.OPEN_ENDED));
      all.add(question("m" + i, Task.MULTIPLE_CHOICE));
    }

    assertThat(QuestionChoice.spread(all, null, null)).isEqualTo(all);
    assertThat(QuestionChoice.spread(all, 3, 0))
        .extracting(Question::id)
        .containsExactly("o3", "o6", "o9");
    assertThat(QuestionChoice.spread(all, 99, 1)).hasSize(11);
  }

  @Test
  void ofAFileAllQuestionsAreTakenAndOfTheProjectsSome(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("own.jsonl"),
            """
            {"question_id": "a", "open_ended": {"question": "Who?", "answer": "I"}}
            {"question_id": "b", "purpose": "PURPOSE_EVALUATE", "open_ended": {"question": "Who?", "answer": "I"}}
            """);

    assertThat(QuestionChoice.of(file, null, null, null, RecordLimits.DEFAULT))
        .extracting(Question::id)
        .containsExactly("a", "b");
    assertThat(QuestionChoice.of(null, null, null, null, RecordLimits.DEFAULT))
        .as("210 to train on, and the others held out")
        .hasSize(283);
    assertThat(QuestionChoice.of(null, 10, 5, 6, RecordLimits.DEFAULT)).hasSize(21);
  }

  private static Question question(String id, Task task) {
    return new Question(id, task, Purpose.TRAIN, "?", "A", List.of(), List.of(), "", List.of());
  }
}
