package dev.craftstream.tracking;

import dev.craftstream.knowledge.HealthMetrics;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.survey.Surveys;
import java.util.Collection;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/** What a tracker task tells its operator; the metric names are those of the fields. */
final class TrackerMetrics {
  private static final int LATENCY_WINDOW = 1_000;

  /** Requests that were started. */
  final Counter asked;

  /** Answers that became a knowledge state. */
  final Counter answered;

  /** Attempts that the server did not answer; the question is asked again. */
  final Counter failed;

  /** Questions that were given up under one checkpoint; each is a dead letter. */
  final Counter unusable;

  /** Failed questions that a request has asked again. */
  final Counter reopened;

  /** Question events that changed nothing. */
  final Counter duplicates;

  /** Candidates that surveys offered for datasets, and later changes. */
  final Counter offered;

  private final Histogram latencyMillis;

  TrackerMetrics(MetricGroup group) {
    asked = group.counter("asked");
    answered = group.counter("answered");
    failed = group.counter("failed");
    unusable = group.counter("unusable");
    reopened = group.counter("reopened");
    duplicates = group.counter("duplicates");
    offered = group.counter("offered");
    latencyMillis =
        group.histogram("latencyMillis", new DescriptiveStatisticsHistogram(LATENCY_WINDOW));
  }

  /** Registers what is read rather than counted. */
  void expose(
      MetricGroup group,
      SlotUsage slots,
      QuestionCounts tally,
      Announcements announcements,
      Surveys surveys,
      LongSupplier completeTime,
      RequestLimit limit,
      MissingModels probes,
      ServerHealth health,
      Collection<?> answers) {
    group.gauge("retried", (Gauge<Long>) health::retries);
    group.gauge("emptyAnswers", (Gauge<Long>) health::emptyAnswers);
    HealthMetrics.expose(group, health);
    group.gauge("missingModels", (Gauge<Integer>) probes::missing);
    group.gauge("requestsInFlightLimit", (Gauge<Integer>) limit::now);
    group.gauge("inFlight", (Gauge<Integer>) slots::inUse);
    group.gauge("answersWaiting", (Gauge<Integer>) answers::size);
    group.gauge("slotsInUse", (Gauge<Double>) slots::share);
    group.gauge("questions", (Gauge<Long>) tally::known);
    group.gauge("backlog", (Gauge<Long>) tally::waiting);
    group.gauge(
        "sweepProgress",
        (Gauge<Double>)
            () -> tally.known() == 0 ? 1.0 : 1 - (double) tally.waiting() / tally.known());
    group.gauge("unfinishedSurveys", (Gauge<Integer>) surveys::unfinished);
    group.gauge("modelTime", (Gauge<Long>) announcements::modelTime);
    group.gauge("completeModelTime", (Gauge<Long>) completeTime::getAsLong);
  }

  void answeredAfter(long nanos) {
    answered.inc();
    latencyMillis.update(nanos / 1_000_000);
  }
}
