package dev.craftstream.tracking;

import dev.craftstream.flink.KeyGroups;
import dev.craftstream.flink.KeyOrder;
import dev.craftstream.flink.KeyedBackends;
import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.survey.SurveyedQuestions;
import dev.craftstream.survey.Surveys;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.KeyedStateBackend;

/**
 * The questions of a tracker task: keyed state, and the counts that belong to it. A question
 * <i>waits</i> while it may miss the answer of a live model checkpoint.
 */
final class Questions implements SurveyedQuestions {
  private static final String NAME = "question";

  private final KeyedStateBackend<String> backend;
  private final ValueState<TrackedQuestion> state;
  private final QuestionCounts counts;
  private final CheckpointCosts costs;
  private final ModelTime time;
  private final Lanes lanes;
  private final TrackerMetrics metrics;
  private final KeyOrder order;

  Questions(
      KeyedStateBackend<String> backend,
      KeyedStateStore store,
      KeyGroups keyGroups,
      QuestionCounts counts,
      CheckpointCosts costs,
      ModelTime time,
      Lanes lanes,
      TrackerMetrics metrics) {
    this.backend = backend;
    this.counts = counts;
    this.costs = costs;
    this.time = time;
    this.lanes = lanes;
    this.metrics = metrics;
    order = new KeyOrder(keyGroups);
    state = store.getState(new ValueStateDescriptor<>(NAME, TrackedQuestionSerializer.INSTANCE));
  }

  /** The current key's question; null where there is none. */
  TrackedQuestion current() throws Exception {
    return state.value();
  }

  /** Makes {@code id} the current key, and returns its question; null where there is none. */
  TrackedQuestion get(String id) throws Exception {
    backend.setCurrentKey(id);
    return state.value();
  }

  @Override
  public void setCurrent(String id) {
    backend.setCurrentKey(id);
  }

  /** Stores the current key's question as it is now. */
  void store(TrackedQuestion question) throws Exception {
    state.update(question);
  }

  /** Stores a question that was not there before. */
  void add(TrackedQuestion question) throws Exception {
    counts.addKnown(question.question().id(), 1);
    counts.addWaiting(question.question().id(), 1);
    state.update(question);
  }

  /** Stores other content of the current key's question, of which nothing is known yet. */
  void change(TrackedQuestion before, TrackedQuestion changed) throws Exception {
    countAsWaiting(before);
    state.update(changed);
  }

  /** Forgets the current key's question. */
  void remove(TrackedQuestion question) throws Exception {
    String id = question.question().id();
    counts.addKnown(id, -1);
    if (waits(question)) {
      counts.addWaiting(id, -1);
    }
    state.clear();
  }

  /** Stores that the current key's question misses nothing at this model time. */
  void storeComplete(TrackedQuestion question) throws Exception {
    counts.addWaiting(question.question().id(), -1);
    state.update(question.reconciled(time.now()));
  }

  boolean waits(TrackedQuestion question) {
    return question.reconciledAt() < time.now();
  }

  private void countAsWaiting(TrackedQuestion question) {
    if (!waits(question)) {
      counts.addWaiting(question.question().id(), 1);
    }
  }

  /** What the live model checkpoints know of it. */
  KnowledgeChange knowledge(TrackedQuestion question) {
    return knowledge(question, "");
  }

  /**
   * The same.
   *
   * @param measuredUnder the model checkpoint whose answer is new; empty for none
   */
  KnowledgeChange knowledge(TrackedQuestion question, String measuredUnder) {
    return new KnowledgeChange(
        question.question().id(),
        question.question(),
        question.version(),
        time.knowledge(question),
        measuredUnder,
        time.now());
  }

  /** Says that the question is there no more. */
  KnowledgeChange removal(TrackedQuestion question) {
    return new KnowledgeChange(
        question.question().id(), null, question.version(), List.of(), "", time.now());
  }

  // ---------------------------------------------------------------- for surveys

  @Override
  public Stream<String> ids() {
    return KeyedBackends.keys(backend, NAME, order);
  }

  @Override
  public Stream<String> promisedIds() {
    return KeyedBackends.keys(backend, Surveys.PROMISED, order);
  }

  @Override
  public KnowledgeChange knowledge(String id) throws Exception {
    TrackedQuestion question = get(id);
    return question == null ? null : knowledge(question);
  }

  @Override
  public Cost cost(ModelCheckpoint checkpoint, BitSet keyGroups) {
    return costs.of(checkpoint.announcedAt(), keyGroups);
  }

  @Override
  public boolean hasFailed(String id, ModelCheckpoint checkpoint) throws Exception {
    TrackedQuestion question = get(id);
    return question != null && question.hasFailed(checkpoint.announcedAt());
  }

  @Override
  public KnowledgeChange reopen(String id, ModelCheckpoint checkpoint) throws Exception {
    TrackedQuestion question = get(id);
    if (question == null || !question.hasFailed(checkpoint.announcedAt())) {
      return null;
    }
    countAsWaiting(question);
    state.update(question.retried(checkpoint.announcedAt(), time.now()));
    lanes.scheduleArrival();
    metrics.reopened.inc();
    return knowledge(question);
  }
}
