package dev.craftstream.client.rules;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.craftstream.client.QuestionTopic;
import dev.craftstream.client.TopicReader;
import dev.craftstream.client.evidence.SampleSource;
import dev.craftstream.method.Seeds;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.v1.SampleRecord;
import dev.craftstream.v1.Task;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The recorded answers to open-ended questions, and the questions as they are now. Of more
 * questions than wanted it keeps those with the least hashes of their ids, so that memory is
 * bounded and the same command takes the same questions.
 */
public final class RecordedSamples {

  /** A question's place among all: its hash, and its id where hashes are equal. */
  private record Place(long order, String questionId) implements Comparable<Place> {
    static Place of(String questionId) {
      return new Place(Seeds.order(0, questionId), questionId);
    }

    @Override
    public int compareTo(Place other) {
      int byOrder = Long.compareUnsigned(order, other.order);
      return byOrder != 0 ? byOrder : questionId.compareTo(other.questionId);
    }
  }

  private final int most;
  private final String checkpointId;
  private final TreeMap<Place, Map<String, MeasuredAnswers>> chosen = new TreeMap<>();
  private final Map<String, Question> questions = new HashMap<>();
  private boolean isPart;

  /**
   * @param most how many questions to keep, at least 1
   * @param checkpointId whose answers; empty for all
   */
  public RecordedSamples(int most, String checkpointId) {
    this.most = most;
    this.checkpointId = checkpointId;
  }

  /**
   * Reads what is committed now.
   *
   * @param limits the job's own, for questions
   * @throws IllegalStateException with a sentence, where no broker answers or a topic is not there
   */
  public static RecordedSamples read(
      KafkaSettings settings,
      RecordLimits limits,
      int most,
      String checkpointId,
      TopicReader.Progress progress) {
    RecordedSamples samples = new RecordedSamples(most, checkpointId);
    new SampleSource(samples::add).readTopic(settings, progress);
    QuestionTopic.read(settings, limits, samples::isChosen, samples::add, progress);
    return samples;
  }

  /** Adds a record; of one question and checkpoint the last counts. */
  void add(SampleRecord record, Evidence evidence) {
    boolean isWanted = checkpointId.isEmpty() || record.getCheckpointId().equals(checkpointId);
    if (!isWanted || record.getTask() != Task.TASK_OPEN_ENDED || evidence.texts().isEmpty()) {
      return;
    }
    chosen
        .computeIfAbsent(Place.of(record.getQuestionId()), place -> new TreeMap<>())
        .put(record.getCheckpointId(), MeasuredAnswers.of(record, evidence));
    if (chosen.size() > most) {
      chosen.pollLastEntry();
      isPart = true;
    }
  }

  /** Adds a question's event; the last counts. */
  void add(QuestionEvent event) {
    if (event.question() == null) {
      questions.remove(event.questionId());
    } else if (isChosen(event.questionId())) {
      questions.put(event.questionId(), event.question());
    }
  }

  private boolean isChosen(String questionId) {
    return chosen.containsKey(Place.of(questionId));
  }

  /** How many questions there are answers to. */
  public int questions() {
    return chosen.size();
  }

  /** The answers, those to one question one after the other. */
  public Collection<MeasuredAnswers> answers() {
    return chosen.values().stream()
        .flatMap(byCheckpoint -> byCheckpoint.values().stream())
        .toList();
  }

  /** The judge models that were asked about them, and how many measurements each judged. */
  public Map<JudgeModel, Long> judges() {
    return answers().stream()
        .filter(answers -> answers.judge() != null)
        .collect(groupingBy(MeasuredAnswers::judge, LinkedHashMap::new, counting()));
  }

  /** The question as it is now; null where it is not there any more. */
  Question question(String questionId) {
    return questions.get(questionId);
  }

  /** Whether there are more questions than were kept. */
  public boolean isPart() {
    return isPart;
  }
}
