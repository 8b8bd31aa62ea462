package dev.craftstream.client.watch;

import dev.craftstream.client.RecordHandler;
import dev.craftstream.client.RecordPlace;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.List;
import java.util.Optional;

/**
 * Finds questions by their ids and words, and where the records on each lie. A question takes about
 * 50 bytes, its id and text, and 12 bytes for each record on it. At its ceiling it takes no more,
 * and says so. Safe for several threads.
 */
public final class QuestionIndex implements RecordHandler {
  /** Of the table of numbers, and of where text and records of a question begin. */
  private static final int BYTES_A_NUMBER = 36;

  private static final int MOST_PLACES = 500;

  private final long mostBytes;
  private final QuestionNumbers numbers = new QuestionNumbers();
  private final SearchTexts texts = new SearchTexts();
  private final Places places;
  private final String questionsTopic;
  private RecordPlace place;
  private long leftOut;

  /**
   * What a search finds.
   *
   * @param ids of the first questions that match
   * @param matches how many match
   */
  public record Found(List<String> ids, long matches) {}

  /**
   * How full the index is.
   *
   * @param leftOut how many records came that it did not take
   */
  public record Fill(long bytes, long mostBytes, long leftOut) {}

  /**
   * @param mostBytes the ceiling
   */
  public QuestionIndex(Topics topics, long mostBytes) {
    this.mostBytes = mostBytes;
    this.questionsTopic = topics.questions();
    this.places =
        new Places(
            List.of(
                topics.questions(),
                topics.knowledge(),
                topics.instructions(),
                topics.datasets(),
                topics.rehearsalSets(),
                topics.deadLetters()));
  }

  /** How full it is. */
  public synchronized Fill fill() {
    return new Fill(bytes(), mostBytes, leftOut);
  }

  private long bytes() {
    return texts.bytes() + places.bytes() + (long) BYTES_A_NUMBER * numbers.size();
  }

  @Override
  public synchronized void begin(RecordPlace next) {
    place = next;
  }

  @Override
  public synchronized void add(QuestionEvent event) {
    int number = numbers.find(event.questionId());
    Question question = event.question();
    if (question == null) {
      if (number >= 0) {
        texts.remove(number);
        places.remove(number);
      }
      return;
    }
    if (hasRoom()) {
      texts.put(
          numbers.of(event.questionId()),
          event.questionId(),
          question.text() + "\n" + String.join("\n", question.options()));
    }
    found(event.questionId());
  }

  @Override
  public synchronized void add(KnowledgeRecord knowledge) {
    found(knowledge.getQuestionId());
  }

  @Override
  public synchronized void add(Instruction instruction) {
    found(instruction.getQuestionId());
  }

  @Override
  public synchronized void add(DatasetRecord member) {
    found(member.getQuestionId());
  }

  @Override
  public synchronized void add(DeadLetter letter, long writtenAt) {
    if (!letter.getQuestionId().isEmpty()) {
      found(letter.getQuestionId());
    }
  }

  private void found(String questionId) {
    if (hasRoom()) {
      places.add(numbers.of(questionId), place);
    } else {
      leftOut++;
    }
  }

  private boolean hasRoom() {
    return bytes() < mostBytes;
  }

  /** The questions whose id is the query, or in whose id or text all of its words are. */
  public synchronized Found find(String query, int most) {
    SearchTexts.Found found = texts.find(query, most);
    return new Found(found.ids(), found.matches());
  }

  /** Where the records on a question lie, the newest first, 500 at most. */
  public synchronized List<RecordPlace> places(String questionId) {
    int number = numbers.find(questionId);
    return number < 0 ? List.of() : places.of(number, MOST_PLACES);
  }

  /** Where the newest record of a question's content lies. */
  public synchronized Optional<RecordPlace> content(String questionId) {
    return places(questionId).stream()
        .filter(its -> its.topic().equals(questionsTopic))
        .findFirst();
  }
}
