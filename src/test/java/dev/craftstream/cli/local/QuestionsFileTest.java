package dev.craftstream.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.topics.records.RecordLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionsFileTest {
  private static final String RIVER =
      "{\"question_id\": \"river-1\", \"open_ended\": {\"question\": \"Which?\", \"answer\": \"Seine\"}}";

  @TempDir Path folder;

  @Test
  void readsOneQuestionALineAndSkipsBlankLines() throws Exception {
    List<QuestionEvent> events =
        read(
            file(
                RIVER
                    + "\r\n\n  \n"
                    + "{\"questionId\":\"r2\",\"purpose\":\"PURPOSE_EVALUATE\",\"multipleChoice\":"
                    + "{\"question\":\"Longest?\",\"options\":[\"Rhine\",\"Nile\"],\"target\":\"B\"}}"));

    assertThat(events).extracting(QuestionEvent::questionId).containsExactly("river-1", "r2");
    assertThat(events.get(0).question().task()).isEqualTo(Task.OPEN_ENDED);
    assertThat(events.get(1).question().purpose()).isEqualTo(Purpose.EVALUATE);
  }

  @Test
  void saysOfEachLineThatCannotBeUsedWhereItIsAndWhy() throws Exception {
    Path file =
        file(
            RIVER
                + "\nnot json\n"
                + "{\"question_id\":\"r3\",\"multiple_choice\":"
                + "{\"question\":\"?\",\"options\":[\"a\",\"b\"],\"target\":\"C\"}}\n"
                + RIVER.replace("Seine", "Loire")
                + "\n");

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + ":2: The value is not JSON")
        .hasMessageContaining(file + ":3: multiple_choice.target is \"C\"")
        .hasMessageContaining(file + ":4: question_id river-1 is that of " + file + ":1, too");
  }

  @Test
  void showsTenMistakesAndCountsTheRest() throws Exception {
    String lines = IntStream.range(0, 25).mapToObj(i -> "x").collect(Collectors.joining("\n"));
    Path file = file(lines);

    assertThatThrownBy(() -> read(file))
        .hasMessageContaining(file + ":10: ")
        .hasMessageContaining("and 15 records more");
  }

  @Test
  void refusesWhatIsNotUtf8AndWhatIsNotThere() throws Exception {
    Path broken = folder.resolve("broken.jsonl");
    Files.write(broken, new byte[] {'{', (byte) 0xC3, '}'});

    assertThatThrownBy(() -> read(broken)).hasMessageContaining("not UTF-8");
    assertThatThrownBy(() -> read(folder.resolve("none")))
        .hasMessageStartingWith("There is no file ");
    assertThatThrownBy(() -> read(folder)).hasMessageContaining("is a folder");
    assertThatThrownBy(() -> read(file("\n\n"))).hasMessageContaining("has no questions in it");
  }

  @Test
  void theProjectBringsEnoughQuestionsOfBothTasks() throws Exception {
    List<QuestionEvent> events = QuestionsFile.builtIn(RecordLimits.DEFAULT);

    assertThat(count(events, Task.OPEN_ENDED)).isGreaterThanOrEqualTo(150);
    assertThat(count(events, Task.MULTIPLE_CHOICE)).isGreaterThanOrEqualTo(60);
  }

  private static List<QuestionEvent> read(Path file) throws IOException {
    return QuestionsFile.read(file, RecordLimits.DEFAULT);
  }

  private static long count(List<QuestionEvent> events, Task task) {
    return events.stream().filter(event -> event.question().task() == task).count();
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("questions.jsonl"), content);
  }
}
