package dev.craftstream.survey;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.flink.KeyOrder;
import dev.craftstream.model.message.Survey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a survey is in a task. A key group is <i>ahead</i> until the survey has looked at its
 * last question, and <i>promised</i> while its best questions are known but not all offered yet.
 */
public final class SurveyProgress {
  private final Survey survey;
  private final KeyOrder order;
  private final BitSet ahead = new BitSet();
  private final BitSet promised = new BitSet();

  /** The last question that the survey looked at, in key groups that it is in the middle of. */
  private final Map<Integer, String> passed = new TreeMap<>();

  SurveyProgress(Survey survey, KeyOrder order) {
    this.survey = survey;
    this.order = order;
  }

  static SurveyProgress atTheBeginning(Survey survey, KeyGroups own, KeyOrder order) {
    SurveyProgress progress = new SurveyProgress(survey, order);
    progress.ahead.or(own.bits());
    return progress;
  }

  /** Takes over what of a saved survey lies in these key groups. */
  void restore(Unfinished saved, KeyGroups own) {
    BitSet bits = own.bits();
    ahead.or(among(bits, saved.keyGroups()));
    promised.or(among(bits, saved.promised()));
    if (saved.passed() != null) {
      saved.passed().stream()
          .filter(place -> own.contains(place.keyGroup()))
          .forEach(place -> passed.put(place.keyGroup(), place.questionId()));
    }
  }

  private static BitSet among(BitSet own, byte[] saved) {
    BitSet groups = saved == null ? new BitSet() : BitSet.valueOf(saved);
    groups.and(own);
    return groups;
  }

  Unfinished saved() {
    List<Passed> places = new ArrayList<>();
    passed.forEach((group, id) -> places.add(new Passed(group, id)));
    return new Unfinished(survey.id(), ahead.toByteArray(), survey, promised.toByteArray(), places);
  }

  /**
   * What a survey has still to do in a task. Fields may only be added to (Flink's POJO evolution).
   *
   * @param keyGroups those ahead, a bit each, as {@link BitSet#toByteArray} has them
   * @param survey the survey itself
   * @param promised those promised, in the same way
   * @param passed how far it is in key groups that it is in the middle of
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Unfinished(
      String surveyId, byte[] keyGroups, Survey survey, byte[] promised, List<Passed> passed) {}

  /**
   * How far a survey is in a key group.
   *
   * @param questionId the last question that it looked at, in {@link KeyOrder}
   */
  public record Passed(int keyGroup, String questionId) {}

  Survey survey() {
    return survey;
  }

  boolean isFinished() {
    return ahead.isEmpty() && promised.isEmpty();
  }

  /** Whether there are questions to look at. */
  boolean isAhead() {
    return !ahead.isEmpty();
  }

  /** How many key groups it has still to look at. */
  int groupsAhead() {
    return ahead.cardinality();
  }

  /** Whether the survey has still to look at the question. */
  boolean isAhead(String id, int group) {
    if (!ahead.get(group)) {
      return false;
    }
    String last = passed.get(group);
    return last == null || order.compare(id, last) > 0;
  }

  /** The survey has looked at the question, and at all before it in its key group. */
  void pass(String id, int group) {
    passed.put(group, id);
  }

  /** The survey is through with all key groups before {@code group}; returns these. */
  BitSet passGroupsBefore(int group) {
    BitSet through = ahead.get(0, group);
    ahead.clear(0, group);
    passed.keySet().removeIf(other -> other < group);
    return through;
  }

  boolean isPromised() {
    return !promised.isEmpty();
  }

  /** All that is ahead becomes promised; returns these key groups. */
  BitSet promise() {
    BitSet groups = (BitSet) ahead.clone();
    promised.or(ahead);
    ahead.clear();
    passed.clear();
    return groups;
  }

  /** All that was promised is offered; returns how many key groups that is. */
  int fulfil() {
    int groups = promised.cardinality();
    promised.clear();
    return groups;
  }

  /** How many key groups it is not through with. */
  int left() {
    return ahead.cardinality() + promised.cardinality();
  }
}
