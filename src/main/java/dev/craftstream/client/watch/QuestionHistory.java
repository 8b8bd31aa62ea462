package dev.craftstream.client.watch;

import dev.craftstream.client.RecordHandler;
import dev.craftstream.client.RecordPlace;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All that the topics still hold of one question. Filled in by one thread. */
public final class QuestionHistory implements RecordHandler {
  private final String id;
  private final List<At<Question>> contents = new ArrayList<>();
  private final List<At<KnowledgeRecord>> measurements = new ArrayList<>();
  private final List<At<Instruction>> labels = new ArrayList<>();
  private final List<At<DatasetRecord>> memberships = new ArrayList<>();
  private final List<At<DeadLetter>> letters = new ArrayList<>();
  private long writtenAt;
  private int missing;
  private int late;

  /**
   * A record, and when it was written.
   *
   * @param writtenAt in milliseconds
   */
  public record At<T>(long writtenAt, T record) {}

  public QuestionHistory(String id) {
    this.id = id;
  }

  void miss(int records) {
    missing += records;
  }

  void late(int records) {
    late += records;
  }

  @Override
  public void begin(RecordPlace place) {
    writtenAt = place.writtenAt();
  }

  @Override
  public void add(QuestionEvent event) {
    if (event.question() != null && event.questionId().equals(id)) {
      contents.add(new At<>(writtenAt, event.question()));
    }
  }

  @Override
  public void add(KnowledgeRecord knowledge) {
    if (knowledge.getQuestionId().equals(id)) {
      measurements.add(new At<>(writtenAt, knowledge));
    }
  }

  @Override
  public void add(Instruction instruction) {
    if (instruction.getQuestionId().equals(id)) {
      labels.add(new At<>(writtenAt, instruction));
    }
  }

  @Override
  public void add(DatasetRecord member) {
    if (member.getQuestionId().equals(id)) {
      memberships.add(new At<>(writtenAt, member));
    }
  }

  @Override
  public void add(DeadLetter letter, long time) {
    if (letter.getQuestionId().equals(id)) {
      letters.add(new At<>(time, letter));
    }
  }

  public String id() {
    return id;
  }

  /** Its contents, the newest first, here and below. */
  public List<At<Question>> contents() {
    return newestFirst(contents);
  }

  public List<At<KnowledgeRecord>> measurements() {
    return newestFirst(measurements);
  }

  public List<At<Instruction>> labels() {
    return newestFirst(labels);
  }

  /** Its places in datasets and rehearsal sets. */
  public List<At<DatasetRecord>> memberships() {
    return newestFirst(memberships);
  }

  public List<At<DeadLetter>> letters() {
    return newestFirst(letters);
  }

  /** How many records were there, and are not any more: topics keep records for a while only. */
  public int missing() {
    return missing;
  }

  /** How many records the broker has not sent in time. */
  public int late() {
    return late;
  }

  private static <T> List<At<T>> newestFirst(List<At<T>> all) {
    List<At<T>> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingLong((At<T> at) -> at.writtenAt()).reversed());
    return sorted;
  }
}
