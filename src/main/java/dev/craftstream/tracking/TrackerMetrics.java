package dev.craftstream.tracking;

import dev.craftstream.flink.LabelledMetrics;
import dev.craftstream.knowledge.HealthMetrics;
import dev.craftstream.knowledge.JudgeUse;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.survey.Surveys;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/** What a tracker task tells its operator. */
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
  private LabelledMetrics byCheckpoint;

  /** When the live model checkpoints were announced, by their ids; read by reporters' threads. */
  private volatile Map<String, Long> announced = Map.of();

  TrackerMetrics(MetricGroup group) {
    asked = JobMetric.ASKED.counter(group);
    answered = JobMetric.ANSWERED.counter(group);
    failed = JobMetric.FAILED.counter(group);
    unusable = JobMetric.UNUSABLE.counter(group);
    reopened = JobMetric.REOPENED.counter(group);
    duplicates = JobMetric.DUPLICATES.counter(group);
    offered = JobMetric.OFFERED.counter(group);
    latencyMillis =
        JobMetric.LATENCY.histogram(group, new DescriptiveStatisticsHistogram(LATENCY_WINDOW));
  }

  /** Registers what is read rather than counted. */
  void expose(
      MetricGroup group,
      ModelTime time,
      QuestionCounts counts,
      RequestsInFlight requests,
      Surveys surveys,
      Pump pump,
      KnowledgeQuery query) {
    ServerHealth health = query.health();
    exposeJudge(group, query.judge());
    JobMetric.RETRIED.gauge(group, health::retries);
    JobMetric.EMPTY_ANSWERS.gauge(group, health::emptyAnswers);
    JobMetric.STREAMS_WAITING.gauge(group, health::streamsWaiting);
    HealthMetrics.expose(group, health, JobMetric.AFFECTED_MODELS, JobMetric.FAILED_ATTEMPTS);
    JobMetric.MISSING_MODELS.gauge(group, requests.missingModels()::missing);
    JobMetric.REQUESTS_IN_FLIGHT_LIMIT.gauge(group, requests.limit()::now);
    JobMetric.IN_FLIGHT.gauge(group, requests.slots()::inUse);
    JobMetric.SLOTS_IN_USE.gauge(group, requests.slots()::share);
    JobMetric.ANSWERS_WAITING.gauge(group, pump::answersWaiting);
    JobMetric.QUESTIONS.gauge(group, counts::known);
    JobMetric.BACKLOG.gauge(group, counts::waiting);
    JobMetric.SWEEP_PROGRESS.gauge(
        group, () -> counts.known() == 0 ? 1.0 : 1 - (double) counts.waiting() / counts.known());
    JobMetric.UNFINISHED_SURVEYS.gauge(group, surveys::unfinished);
    JobMetric.MODEL_TIME.gauge(group, time::now);
    JobMetric.COMPLETE_MODEL_TIME.gauge(group, pump::completeTime);
  }

  private static void exposeJudge(MetricGroup group, JudgeUse judge) {
    JobMetric.JUDGE_REQUESTS.gauge(group, () -> judge.cost().requests());
    JobMetric.JUDGE_PROMPT_TOKENS.gauge(group, () -> judge.cost().promptTokens());
    JobMetric.JUDGE_GENERATED_TOKENS.gauge(group, () -> judge.cost().generatedTokens());
    JobMetric.JUDGE_VERDICTS.gauge(group, judge::verdicts);
    JobMetric.JUDGE_UNREADABLE.gauge(group, judge::unreadable);
    JobMetric.JUDGE_WAITING.gauge(group, judge::waiting);
  }

  /** Registers what asking each live model checkpoint has cost, as these come and go. */
  void exposeCosts(MetricGroup group, CheckpointCosts costs) {
    JobMetric.PAUSED_CHECKPOINTS.gauge(group, costs::paused);
    byCheckpoint =
        new LabelledMetrics(
            id -> JobMetric.ofCheckpoint(group, id),
            (its, id) -> {
              JobMetric.CHECKPOINT_REQUESTS.gauge(its, () -> cost(costs, id).requests());
              JobMetric.CHECKPOINT_REQUESTS_WITH_TOKENS.gauge(
                  its, () -> cost(costs, id).requestsWithTokens());
              JobMetric.CHECKPOINT_PROMPT_TOKENS.gauge(its, () -> cost(costs, id).promptTokens());
              JobMetric.CHECKPOINT_GENERATED_TOKENS.gauge(
                  its, () -> cost(costs, id).generatedTokens());
              JobMetric.CHECKPOINT_PAUSED.gauge(
                  its, () -> costs.isPaused(announced.getOrDefault(id, 0L)) ? 1 : 0);
            });
  }

  private Cost cost(CheckpointCosts costs, String checkpointId) {
    return costs.of(announced.getOrDefault(checkpointId, 0L));
  }

  /** These model checkpoints are live, and no others. */
  void liveAre(List<ModelCheckpoint> live) {
    announced =
        live.stream().collect(Collectors.toMap(ModelCheckpoint::id, ModelCheckpoint::announcedAt));
    byCheckpoint.retain(announced.keySet());
  }

  void answeredAfter(long nanos) {
    answered.inc();
    latencyMillis.update(nanos / 1_000_000);
  }
}
