package dev.craftstream.model.dataset;

import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Strategy;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A record of the requests topic: asks for what the job's state can answer, or for questions to be
 * asked again.
 *
 * @param id names it; 1 to 256 characters
 * @param kind what is asked for
 * @param checkpointId the INITIAL checkpoint; for {@link Kind#EVALUATION} the evaluated one, for
 *     {@link Kind#RETRY} the one that failed, for {@link Kind#GO_ON} the one that is paused
 * @param rehearsalId {@link Kind#DATASET}: the REHEARSAL checkpoint; else empty
 * @param strategy {@link Kind#DATASET}: one strategy; null for each of the job's
 * @param changes what is to differ from the job's options, a task each; may be empty
 * @param questionIds {@link Kind#RETRY}: the questions to be asked again, at most {@link
 *     #MOST_QUESTIONS}; empty for all that failed. Of other kinds empty
 * @param seed the selection's seed; null for the job's
 * @param original the record itself, for a dead letter
 */
public record Request(
    String id,
    Kind kind,
    String checkpointId,
    String rehearsalId,
    Strategy strategy,
    List<Changes> changes,
    List<String> questionIds,
    Long seed,
    OriginalRecord original) {

  /** How many questions a request may name. */
  public static final int MOST_QUESTIONS = 10_000;

  /** Of a kind that names no questions. */
  public Request(
      String id,
      Kind kind,
      String checkpointId,
      String rehearsalId,
      Strategy strategy,
      List<Changes> changes,
      Long seed,
      OriginalRecord original) {
    this(id, kind, checkpointId, rehearsalId, strategy, changes, List.of(), seed, original);
  }

  /** Asks {@code checkpointId} again what it failed to answer. */
  public static Request retry(
      String id, String checkpointId, List<String> questionIds, OriginalRecord original) {
    return new Request(
        id, Kind.RETRY, checkpointId, "", null, List.of(), questionIds, null, original);
  }

  /** Lets {@code checkpointId} cost once more what the job's ceiling is. */
  public static Request goOn(String id, String checkpointId, OriginalRecord original) {
    return new Request(id, Kind.GO_ON, checkpointId, "", null, List.of(), null, original);
  }

  /** What is asked for. */
  public enum Kind {
    DATASET,
    REHEARSAL_SET,
    EVALUATION,
    RETRY,
    GO_ON
  }

  /**
   * What differs from the job's options for one task; null where nothing does.
   *
   * @param answers ANSWER questions wanted; of a rehearsal set, all questions wanted
   * @param answerFrom least correctness of an ANSWER candidate, or of a rehearsal set's
   * @param refusalBound greatest correctness of a REFUSAL candidate (multiple choice: below it)
   * @param certainty least certainty of a rehearsal set's candidate
   * @param targetProbability a rehearsal set's candidate has more than this
   * @param flowRule which REFUSAL candidates stay
   * @param riseProbability what {@link FlowRule#RISES_SURELY} goes by
   * @param surenessFrom least sureness of a candidate's label
   */
  public record Changes(
      Task task,
      Integer answers,
      Integer refusals,
      Ties ties,
      Shortage shortage,
      Double answerFrom,
      Double refusalBound,
      Double certainty,
      Double targetProbability,
      FlowRule flowRule,
      Double riseProbability,
      Double surenessFrom) {

    /** Of a task; what is not set does not differ. */
    public static Builder of(Task task) {
      return new Builder(task);
    }

    /** Whether nothing differs. */
    public boolean isEmpty() {
      return Stream.of(
              answers,
              refusals,
              ties,
              shortage,
              answerFrom,
              refusalBound,
              certainty,
              targetProbability,
              flowRule,
              riseProbability,
              surenessFrom)
          .allMatch(Objects::isNull);
    }

    /** Makes {@link Changes}; null stands for what does not differ. */
    public static final class Builder {
      private final Task task;
      private Integer answers;
      private Integer refusals;
      private Ties ties;
      private Shortage shortage;
      private Double answerFrom;
      private Double refusalBound;
      private Double certainty;
      private Double targetProbability;
      private FlowRule flowRule;
      private Double riseProbability;
      private Double surenessFrom;

      private Builder(Task task) {
        this.task = task;
      }

      public Builder answers(Integer value) {
        answers = value;
        return this;
      }

      public Builder refusals(Integer value) {
        refusals = value;
        return this;
      }

      public Builder ties(Ties value) {
        ties = value;
        return this;
      }

      public Builder shortage(Shortage value) {
        shortage = value;
        return this;
      }

      public Builder answerFrom(Double value) {
        answerFrom = value;
        return this;
      }

      public Builder refusalBound(Double value) {
        refusalBound = value;
        return this;
      }

      public Builder certainty(Double value) {
        certainty = value;
        return this;
      }

      public Builder targetProbability(Double value) {
        targetProbability = value;
        return this;
      }

      public Builder flowRule(FlowRule value) {
        flowRule = value;
        return this;
      }

      public Builder riseProbability(Double value) {
        riseProbability = value;
        return this;
      }

      public Builder surenessFrom(Double value) {
        surenessFrom = value;
        return this;
      }

      public Changes build() {
        return new Changes(
            task,
            answers,
            refusals,
            ties,
            shortage,
            answerFrom,
            refusalBound,
            certainty,
            targetProbability,
            flowRule,
            riseProbability,
            surenessFrom);
      }
    }
  }
}
