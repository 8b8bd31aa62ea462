package dev.craftstream.embedded.circle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionFeedTest {
  @TempDir Path folder;

  private final Map<String, Question> topic = new LinkedHashMap<>();
  private final List<QuestionEvent> written = new ArrayList<>();
  private QuestionFeed feed;

  @BeforeEach
  void feed() {
    feed = new QuestionFeed(folder.resolve("questions"));
  }

  @Test
  void onlyWhatIsNewChangedOrGoneIsWritten() throws Exception {
    assertThat(feed(question("a"), question("b"), question("c")))
        .isEqualTo(new QuestionFeed.Change(3, 0));
    assertThat(feed(question("a"), question("b"), question("c")).isNone()).isTrue();

    Question changed = question("b").withPurpose(Purpose.EVALUATE);
    assertThat(feed(question("a"), changed, question("d")))
        .isEqualTo(new QuestionFeed.Change(2, 1));
    assertThat(written).extracting(QuestionEvent::questionId).containsExactly("b", "d", "c");
    assertThat(topic).containsOnlyKeys("a", "b", "d").containsEntry("b", changed);
  }

  @Test
  void whatOthersWroteStays() throws Exception {
    topic.put("imported", question("imported"));
    feed(question("a"));
    feed(question("b"));

    assertThat(topic).containsOnlyKeys("imported", "b");
  }

  @Test
  void whoIsKilledWhileWritingTakesAllAwayThatWasWritten() throws Exception {
    assertThatThrownBy(
            () ->
                feed.feed(
                    List.of(question("a"), question("b")),
                    List.of(),
                    events -> {
                      take(events.subList(0, 1));
                      throw new IllegalStateException("killed");
                    }))
        .hasMessage("killed");
    feed(question("b"));

    assertThat(topic).containsOnlyKeys("b");
  }

  private QuestionFeed.Change feed(Question... given) throws Exception {
    written.clear();
    return feed.feed(List.of(given), List.copyOf(topic.values()), this::take);
  }

  private void take(List<QuestionEvent> events) {
    written.addAll(events);
    for (QuestionEvent event : events) {
      if (event.question() == null) {
        topic.remove(event.questionId());
      } else {
        topic.put(event.questionId(), event.question());
      }
    }
  }

  private static Question question(String id) {
    return new Question(
        id,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        "What is " + id + "?",
        id,
        List.of(),
        List.of(),
        "",
        List.of());
  }
}
