package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.RecordLimits;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Reads the topic {@code questions} as the job does: what it refuses is passed over. */
public final class QuestionTopic {
  private QuestionTopic() {}

  /**
   * Reads the events that are committed now; of one question the last counts.
   *
   * @param limits the job's own
   * @param wanted says by the record's key whether a question is of interest
   * @throws IllegalStateException with a sentence, where no broker answers or a topic is not there
   */
  public static void read(
      KafkaSettings settings,
      RecordLimits limits,
      Predicate<String> wanted,
      Consumer<QuestionEvent> taker,
      TopicReader.Progress progress) {
    RecordDispatcher dispatcher = new RecordDispatcher(settings, limits);
    RecordHandler handler =
        new RecordHandler() {
          @Override
          public void add(QuestionEvent event) {
            taker.accept(event);
          }
        };
    TopicReader.readCommitted(
        settings,
        List.of(settings.topics().questions()),
        entry -> {
          if (entry.key() == null || wanted.test(new String(entry.key(), UTF_8))) {
            dispatcher.dispatch(entry, handler);
          }
        },
        progress);
  }

  /** All questions as they are now, by their ids. */
  public static Map<String, Question> all(
      KafkaSettings settings, RecordLimits limits, TopicReader.Progress progress) {
    Map<String, Question> questions = new TreeMap<>();
    read(
        settings,
        limits,
        id -> true,
        event -> {
          if (event.question() == null) {
            questions.remove(event.questionId());
          } else {
            questions.put(event.questionId(), event.question());
          }
        },
        progress);
    return questions;
  }
}
