package dev.craftstream.survey;

import dev.craftstream.flink.KeyWalk;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.Survey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Questions that surveys have chosen at one moment and offer one after the other. Which these are
 * lies in keyed state until they are offered, so that the offers go on after a failure and at any
 * parallelism; and a question that changes meanwhile is offered first, as it was.
 */
final class Promises {
  /** To pass over a question is this much less work than to offer it. */
  private static final int SKIPS_AN_OFFER = 8;

  private final MapState<String, byte[]> state;
  private final SurveyedQuestions questions;
  private final SurveyOutput output;
  private final int ofKeyGroups;

  /** Gives a survey that is under way and has promised something; null where there is none. */
  private final Function<String, Survey> promising;

  private KeyWalk walk;
  private final Map<String, DatasetSurvey> found = new HashMap<>();
  private boolean isDue = true;

  Promises(
      KeyedStateStore store,
      SurveyedQuestions questions,
      SurveyOutput output,
      int ofKeyGroups,
      Function<String, Survey> promising) {
    this.questions = questions;
    this.output = output;
    this.ofKeyGroups = ofKeyGroups;
    this.promising = promising;
    state =
        store.getMapState(
            new MapStateDescriptor<>(
                Surveys.PROMISED,
                Types.STRING,
                PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
  }

  /**
   * Promises questions to a survey. Sets the current key.
   *
   * @param best by the questions' ids, the datasets that each is promised to, a bit each
   */
  void make(Survey survey, Map<String, BitSet> best) throws Exception {
    for (Map.Entry<String, BitSet> chosen : best.entrySet()) {
      questions.setCurrent(chosen.getKey());
      state.put(survey.id(), chosen.getValue().toByteArray());
    }
    walkAgain();
  }

  /** There may be promises that no walk has come to, or that nobody wants any more. */
  void walkAgain() {
    isDue = true;
  }

  /** Whether there may be some. */
  boolean isDue() {
    return isDue || walk != null;
  }

  /** Offers what of the current question is promised, as it is. */
  void keep(KnowledgeChange question, long modelTime) throws Exception {
    if (isDue()) {
      offer(question);
      report(modelTime);
    }
  }

  /**
   * Offers the next questions. Sets the current key.
   *
   * @param most questions to offer
   * @param mayGoOn asked after each
   * @param modelTime the newest model time that is complete
   * @return whether all that was promised before the walk began is offered
   */
  boolean slice(int most, BooleanSupplier mayGoOn, long modelTime) throws Exception {
    if (walk == null) {
      isDue = false;
      walk = new KeyWalk(questions.promisedIds());
    }
    long left = (long) most * SKIPS_AN_OFFER;
    boolean goesOn = true;
    while (goesOn && left > 0 && walk.peek() != null) {
      KnowledgeChange question = questions.knowledge(walk.peek());
      boolean offered = offer(question);
      left -= offered ? SKIPS_AN_OFFER : 1;
      goesOn = !offered || mayGoOn.getAsBoolean();
      walk.step();
    }
    report(modelTime);
    if (walk.peek() != null) {
      return false;
    }
    close();
    return true;
  }

  /** Returns whether the current question is offered for a dataset. */
  private boolean offer(KnowledgeChange question) throws Exception {
    List<String> offers = new ArrayList<>();
    for (Map.Entry<String, byte[]> promise : state.entries()) {
      Survey survey = promising.apply(promise.getKey());
      if (survey != null && question != null) {
        BitSet chosen = BitSet.valueOf(promise.getValue());
        for (int i = chosen.nextSetBit(0); i >= 0; i = chosen.nextSetBit(i + 1)) {
          Dataset dataset = survey.datasets().get(i);
          found.computeIfAbsent(dataset.id(), id -> new DatasetSurvey(dataset)).choose(question);
          offers.add(dataset.id());
        }
      }
    }
    state.clear();
    if (!offers.isEmpty()) {
      output.offer(new Candidate(question, true, offers));
    }
    return !offers.isEmpty();
  }

  private void report(long modelTime) {
    for (DatasetSurvey dataset : found.values()) {
      output.report(dataset.report(0, ofKeyGroups, modelTime));
    }
    found.clear();
  }

  void close() {
    if (walk != null) {
      walk.close();
      walk = null;
    }
  }
}
