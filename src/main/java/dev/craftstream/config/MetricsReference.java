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
            own; [at the end](#flinks-own) are those of Flink's that alerts and dashboard read. [Monitoring](../operate/monitoring.md) has the alerts.

            **Prometheus.** `flink-conf/config.yaml` switches Flink's Prometheus reporter on. It writes counters and gauges as gauges,
            and a histogram as a summary with the quantiles 0.5, 0.75, 0.95, 0.98, 0.99 and 0.999 and a `_count`. Each series has the labels
            `job_name`, `job_id`, `task_name`, `task_id`, `operator_name`, `operator_id`, `subtask_index` and `host`; the shipped configuration leaves out
            `task_attempt_id`, `task_attempt_num` and `tm_id`, which would make all series anew at each restart. Names repeat between stages, so select by
            `operator_name`, in which the reporter writes `_` for what is neither letter nor digit, such as `knowledge_tracker`
            (`filterLabelValueCharacters`). `job_name` and `job_id` can be the same in two clusters: `deployment`, which `deploy/monitoring` adds where it
            scrapes, tells them apart.

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
    flinksOwn(page);
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

  /** Names as a real cluster's reporters give them. */
  private static void flinksOwn(StringBuilder page) {
    page.append(
        """

        ## Flink's own

        What alerts and dashboard read beside the job's own metrics. Those of the job manager have the labels `job_name`, `job_id` and `host`;
        those of tasks and operators the labels above; those of a task manager `host` and `tm_id`.

        | in Prometheus | type | unit | meaning | what a change means |
        |---|---|---|---|---|
        | `flink_jobmanager_numRunningJobs` | gauge | jobs | Jobs that the job manager has, those that restart included. | Missing: no job manager is scraped. |
        | `flink_jobmanager_job_allSubTasksRunningOrFinishedTime` | gauge | milliseconds | For how long all tasks have been running. | 0: some do not. |
        | `flink_jobmanager_job_runningTime` | gauge | milliseconds | For how long the job has been in the state RUNNING, in which tasks may still start. | 0: it restarts or fails. |
        | `flink_jobmanager_job_numRestarts` | gauge | restarts | Since the job manager started. | Rises: the job went back to its newest Flink checkpoint. |
        | `flink_jobmanager_job_lastCheckpointRestoreTimestamp` | gauge | milliseconds since 1970 | When the job last started from a Flink checkpoint, or from nothing; -1 before. | Changes with each start, after the death of a job manager too. |
        | `flink_jobmanager_job_lastCheckpointCompletedTimestamp` | gauge | milliseconds since 1970 | When the newest Flink checkpoint was complete; -1 before the first. | Stands still: output is not committed. |
        | `flink_jobmanager_job_lastCheckpointDuration` | gauge | milliseconds | How long the newest Flink checkpoint took. | Rises: slow storage, slow commits, or back-pressure. |
        | `flink_jobmanager_job_lastCheckpointFullSize` | gauge | bytes | Size of the state in the newest Flink checkpoint. | Grows with the questions. |
        | `flink_jobmanager_job_numberOfFailedCheckpoints` | gauge | Flink checkpoints | Since the job manager started. Those that were due while tasks were starting count too. | Rises while all tasks run: see [the runbook](../operate/alerts/flink-checkpoints-fail.md). |
        | `flink_jobmanager_Status_JVM_Memory_Heap_Used` | gauge | bytes | Heap of the job manager. | Near `Heap_Max`: give it more memory. |
        | `flink_jobmanager_Status_JVM_Memory_Heap_Max` | gauge | bytes | The most it may use. | Follows the configuration. |
        | `flink_taskmanager_Status_JVM_Memory_Heap_Used` | gauge | bytes | Heap of a task manager. It does not grow with the questions. | Near `Heap_Max`: give it more memory. |
        | `flink_taskmanager_Status_JVM_Memory_Heap_Max` | gauge | bytes | The most it may use. | Follows the configuration. |
        | `flink_taskmanager_job_task_busyTimeMsPerSecond` | gauge | milliseconds a second | How busy a task's thread is. The tracker's is idle while it waits for the model. | Near 1,000: this stage sets the pace; raise the parallelism. |
        | `flink_taskmanager_job_task_backPressuredTimeMsPerSecond` | gauge | milliseconds a second | How long a task waits for the stages behind it. | Rises: a stage behind it, or the broker, does not keep up. |
        | `flink_taskmanager_job_task_operator_numRecordsIn` | counter | records | Records that an operator took. Of `dead_letters:_Writer`: dead letters; of the other writers: records for their topics. | Follows the work. |
        | `flink_taskmanager_job_task_operator_pendingRecords` | gauge | records | Records of an input topic that the sources have not read. | Stays above 0: questions come faster than they are read, or the job does not run. |
        """);
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
          "The model is unloaded, or the server does not have its version | it answers | Known"
              + " within a second; its checkpoint is asked one question at a time; the others go on";
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
              + " `tracker.attempts`, while others are answered, the question is a dead letter. A"
              + " server that fails whatever it is asked is left out while another answers";
    };
  }
}
