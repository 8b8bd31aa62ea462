package dev.craftstream.config;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.metrics.JobMetric;
import java.util.Locale;

/** The reference page of {@link JobMetric}. */
public final class MetricsReference {
  /** What Flink's Prometheus reporter puts before the names of operators' metrics. */
  static final String PROMETHEUS_PREFIX = "flink_taskmanager_job_task_operator_";

  private MetricsReference() {}

  /** The page, as Markdown. */
  public static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # Metrics of the job

            Made by `./craft metrics` from `JobMetric`, by which the stages register them; a test keeps it so. These are the job's
            own, beside Flink's and the Kafka connector's.

            **Prometheus.** `flink-conf/config.yaml` switches Flink's Prometheus reporter on. It writes counters and gauges as gauges,
            and a histogram as a summary with the quantiles 0.5, 0.75, 0.95, 0.98, 0.99 and 0.999 and a `_count`. Each series has the labels
            `job_name`, `job_id`, `task_name`, `task_id`, `task_attempt_id`, `task_attempt_num`, `operator_name`, `operator_id`,
            `subtask_index`, `host` and `tm_id`. Names repeat between stages, so select by `operator_name`, in which the reporter writes `_` for what
            is neither letter nor digit, such as `knowledge_tracker` (`filterLabelValueCharacters`).

            **Restarts.** A counter begins at 0 again when its task starts again, as after a failure: use rates, not sums over days. Gauges of what
            is in the state, such as `questions` and `backlog`, are right at once.
            """);
    JobMetric.Stage stage = null;
    for (JobMetric metric : JobMetric.values()) {
      if (metric.stage() != stage) {
        stage = metric.stage();
        page.append("\n## ").append(stage.title()).append("\n\n");
        if (stage == JobMetric.Stage.SINKS) {
          page.append(
              """
              Each sink (`instructions`, `knowledge`, `datasets`, `rehearsal-sets`, `dataset-manifests`, `evaluation-records`, `dead-letters`)
              has a writer and, with exactly-once output, a committer. The job's own metric is the committer's. Of the connector's, a
              `KafkaProducer.connection-count` of 0 at the writers says that no broker answers.

              """);
        }
        page.append("| metric | in Prometheus | type | unit | meaning | what a change means |\n")
            .append("|---|---|---|---|---|---|\n");
      }
      page.append(
          "| `%s` | `%s` | %s | %s | %s | %s |\n"
              .formatted(
                  metric.metricName(),
                  prometheusName(metric),
                  metric.type().name().toLowerCase(Locale.ROOT),
                  metric.unit(),
                  metric.meaning(),
                  metric.change()));
    }
    failureKinds(page);
    return page.toString();
  }

  /** Such as {@code flink_taskmanager_job_task_operator_label_LABEL}. */
  static String prometheusName(JobMetric metric) {
    return PROMETHEUS_PREFIX + metric.metricName().replaceAll("[^a-zA-Z0-9:_]", "_");
  }

  private static void failureKinds(StringBuilder page) {
    page.append(
        """

        ## Failure kinds

        Each kind of failure of a model server has two gauges in `checkpoint-admission` and in `knowledge-tracker`: `affectedModels.KIND` is
        the number of models that it affects now, 0 when all is well; `failedAttempts.KIND` counts the attempts that failed in this way since
        the task started. The log has a line when a failure begins, one a minute while it lasts and one when it is over, with its duration, how
        many requests had to wait and how many attempts failed. A failure that comes and goes is logged as beginning at most once a minute.

        All of them are waited out. The client tries again with growing pauses and jitter (`triton.retry.*`) until `triton.deadline`. Then the
        question rests (`tracker.back-off.*`, with jitter) and is asked again.

        | KIND | what is wrong | over when | what else happens |
        |---|---|---|---|
        """);
    for (FailureKind kind : FailureKind.values()) {
      page.append("| `%s` | %s |\n".formatted(kind.camelCase(), row(kind)));
    }
  }

  private static String row(FailureKind kind) {
    return switch (kind) {
      case UNREACHABLE ->
          "No connection: refused, not routed, or the host name is unknown. Noticed within two times"
              + " `triton.retry.max-back-off` | the server replies | The client connects again within"
              + " that time";
      case HANGING ->
          "Connected, but silent until the deadline; or the question's first request left no time for"
              + " its second | the server replies | The limit on requests in flight falls if others are"
              + " answered";
      case OVERLOADED ->
          "RESOURCE_EXHAUSTED, or a full queue | no such failure for 30 s | The limit falls";
      case MODEL_MISSING ->
          "The model is unloaded, or the server does not have its version | it answers | From the first"
              + " deadline on, its checkpoint is asked one question at a time; the others go on";
      case CONNECTION_LOST ->
          "The connection broke under a request, or was silent for `triton.keep-alive.*` (half-open) |"
              + " the server replies | The request is sent again, to another server where there is one";
      case NOT_GRPC ->
          "Something else than Triton listens there, or a proxy has no route to it | the server replies"
              + " | As `unreachable`";
      case ACCESS_DENIED ->
          "The server does not accept the token or the certificate | the server replies | Token files"
              + " are read again for each attempt";
      case FAILING ->
          "The server answers with a failure of its own | no such failure for 30 s | After"
              + " `tracker.attempts`, while others are answered, the question is a dead letter";
    };
  }
}
