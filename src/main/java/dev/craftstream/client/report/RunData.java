package dev.craftstream.client.report;

import dev.craftstream.model.checkpoint.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that a report tells of a run.
 *
 * @param finishedAt when it ended
 * @param questionsInAll how many questions to train on there are; {@code questions} may be a sample
 * @param total how long it took, set-up left out; zero where that is not known
 * @param phases how long each part took, in order
 * @param sweeps the measurements of all questions, one a model checkpoint, in order
 * @param circle the turns of a circle, of which {@code questions} and {@code datasets} are the
 *     newest; null where the run is none
 * @param questions the questions, in the order in which they were published
 * @param datasets what the strategies chose, and the rehearsal sets
 * @param evaluations how the model does on questions that it is not trained on
 * @param failures what could not be used
 * @param facts further names and values, in order
 */
public record RunData(
    Instant finishedAt,
    long questionsInAll,
    Duration total,
    List<Phase> phases,
    List<Sweep> sweeps,
    CircleData circle,
    List<CuratedQuestion> questions,
    List<ChosenDataset> datasets,
    List<EvaluatedCheckpoint> evaluations,
    Failures failures,
    List<Fact> facts) {

  public RunData {
    phases = List.copyOf(phases);
    sweeps = List.copyOf(sweeps);
    questions = List.copyOf(questions);
    datasets = List.copyOf(datasets);
    evaluations = List.copyOf(evaluations);
    facts = List.copyOf(facts);
  }

  /** Starts with nothing measured, of now. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds {@link RunData}; what is not set is empty. */
  public static final class Builder {
    private Instant finishedAt = Instant.now();
    private Duration total = Duration.ZERO;
    private List<Phase> phases = List.of();
    private List<Sweep> sweeps = List.of();
    private CircleData circle;
    private long questionsInAll;
    private List<CuratedQuestion> questions = List.of();
    private List<ChosenDataset> datasets = List.of();
    private List<EvaluatedCheckpoint> evaluations = List.of();
    private Failures failures = new Failures(Map.of(), List.of());
    private List<Fact> facts = List.of();

    private Builder() {}

    public Builder finishedAt(Instant time) {
      finishedAt = time;
      return this;
    }

    /** How long the run took, in all and in its parts. */
    public Builder took(Duration total, List<Phase> phases) {
      this.total = total;
      this.phases = phases;
      return this;
    }

    public Builder sweeps(List<Sweep> sweeps) {
      this.sweeps = sweeps;
      return this;
    }

    public Builder circle(CircleData circle) {
      this.circle = circle;
      return this;
    }

    /** All questions to train on, or a sample of them, and how many there are. */
    public Builder questions(List<CuratedQuestion> questions, long inAll) {
      this.questions = questions;
      this.questionsInAll = inAll;
      return this;
    }

    public Builder datasets(List<ChosenDataset> datasets) {
      this.datasets = datasets;
      return this;
    }

    public Builder evaluations(List<EvaluatedCheckpoint> evaluations) {
      this.evaluations = evaluations;
      return this;
    }

    public Builder failures(Failures failures) {
      this.failures = failures;
      return this;
    }

    public Builder facts(List<Fact> facts) {
      this.facts = facts;
      return this;
    }

    public RunData build() {
      return new RunData(
          finishedAt,
          questionsInAll,
          total,
          phases,
          sweeps,
          circle,
          questions,
          datasets,
          evaluations,
          failures,
          facts);
    }
  }

  /** A part of the run. */
  public record Phase(String name, Duration duration) {}

  /**
   * The measurement of all questions under one model checkpoint.
   *
   * @param checkpointId the model checkpoint
   * @param model where Triton serves it, for people
   * @param questions how many were measured
   * @param duration from the announcement until the last answer
   * @param requestsInFlight how many requests the job may have in flight
   * @param slotsInUse average share of these that it had; not a number where it is not known
   */
  public record Sweep(
      String checkpointId,
      Role role,
      String model,
      int questions,
      Duration duration,
      int requestsInFlight,
      double slotsInUse) {

    /** Questions a second. */
    public double rate() {
      return questions / Math.max(0.001, duration.toMillis() / 1000.0);
    }
  }

  /**
   * The dead letters.
   *
   * @param byReason how many there are of each class
   * @param newest the newest of them, or all, newest first
   */
  public record Failures(Map<String, Long> byReason, List<Failure> newest) {
    public Failures {
      byReason = Collections.unmodifiableMap(new TreeMap<>(byReason));
      newest = List.copyOf(newest);
    }

    /** How many there are in all. */
    public long count() {
      return byReason.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** A dead letter: what it is about, its class and its explanation. */
  public record Failure(String subject, String reason, String explanation) {}

  /** A name and its value. */
  public record Fact(String name, String value) {}
}
