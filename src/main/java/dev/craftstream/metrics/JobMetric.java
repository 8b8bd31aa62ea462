package dev.craftstream.metrics;

import static dev.craftstream.metrics.JobMetric.Type.COUNTER;
import static dev.craftstream.metrics.JobMetric.Type.GAUGE;
import static dev.craftstream.metrics.JobMetric.Type.HISTOGRAM;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;

/**
 * Every metric that the job itself registers. A stage registers its metrics through this list only,
 * so that the reference page, which is made of it, describes what there is.
 *
 * <p>A <i>family</i> is a group of metrics with one meaning, such as {@code label.answer} and
 * {@code label.refusal}; its members are registered by their names within the family.
 *
 * <p>Metrics of a model checkpoint are registered in a group of their own, whose label {@code
 * checkpoint} is the model checkpoint's id, and last as long as that is live.
 */
public enum JobMetric {
  DEAD_LETTERS(
      Stage.PARSERS,
      "deadLetters",
      COUNTER,
      "records",
      "Records that could not be used. Each is a dead letter with its reason.",
      "Rises: somebody writes records that the job does not accept. Read `dead-letters`."),

  ADMITTED(
      Stage.ADMISSION,
      "admitted",
      COUNTER,
      "announcements",
      "Announcements and retirements that were admitted.",
      "Rises by one with each; a sweep begins with each announcement."),
  ADMISSION_REFUSED(
      Stage.ADMISSION,
      "refused",
      COUNTER,
      "announcements",
      "Announcements and retirements that became dead letters.",
      "Rises: read `dead-letters` for the reason, correct it and announce again."),
  WAITING(
      Stage.ADMISSION,
      "waiting",
      GAUGE,
      "announcements",
      "Announcements that wait for their server, for the questions before them, or behind another"
          + " one that waits.",
      "Stays above 0: look at `questionsAhead` and `affectedModels.*`."),
  WAITING_REQUESTS(
      Stage.ADMISSION,
      "waitingRequests",
      GAUGE,
      "requests",
      "Requests that name a model checkpoint whose announcement waits.",
      "Falls when that announcement is admitted or refused."),
  QUESTIONS_AHEAD(
      Stage.ADMISSION,
      "questionsAhead",
      GAUGE,
      "records",
      "Records of `questions` that the next announcement waits for: a Flink checkpoint has to"
          + " complete behind them.",
      "Does not fall: questions are not read, or Flink checkpoints do not complete."),
  ADMISSION_AFFECTED_MODELS(
      Stage.ADMISSION,
      "affectedModels",
      "KIND",
      GAUGE,
      "models",
      "Models whose readiness cannot be checked now because of a failure of this kind.",
      "Above 0: see [failure kinds](#failure-kinds)."),
  ADMISSION_FAILED_ATTEMPTS(
      Stage.ADMISSION,
      "failedAttempts",
      "KIND",
      GAUGE,
      "attempts",
      "Attempts to check readiness that failed in this way since the task started.",
      "Rises while `affectedModels.KIND` is above 0."),

  PLANNED(
      Stage.PLANNER,
      "planned",
      COUNTER,
      "surveys",
      "Surveys that were planned, requested ones included.",
      "Rises after an announcement or a request; does not, where there is nothing to choose."),
  PLANNER_REFUSED(
      Stage.PLANNER,
      "refused",
      COUNTER,
      "requests",
      "Requests that became dead letters.",
      "Rises: read `dead-letters` for the reason and request again."),

  ASKED(
      Stage.TRACKER,
      "asked",
      COUNTER,
      "requests",
      "Requests to the model that were started, attempts after a failure included.",
      "Does not rise while `backlog` is above 0: the stages behind the tracker do not keep up, or all"
          + " slots wait for the server."),
  ANSWERED(
      Stage.TRACKER,
      "answered",
      COUNTER,
      "answers",
      "Answers that became a knowledge state. Its rate is the throughput of the job.",
      "Rate falls while `inFlight` is at its limit: the server has become slower."),
  FAILED(
      Stage.TRACKER,
      "failed",
      COUNTER,
      "requests",
      "Requests that the server did not answer, the client's retries included; the question is asked"
          + " again.",
      "Rises: `affectedModels.*` names the kind of failure."),
  RETRIED(
      Stage.TRACKER,
      "retried",
      GAUGE,
      "attempts",
      "Attempts that the client repeated by itself since the task started.",
      "Rises faster than `answered`: the server is at its limit or the network is unstable."),
  STREAMS_WAITING(
      Stage.TRACKER,
      "streamsWaiting",
      GAUGE,
      "requests",
      "Streamed requests that wait for their turn, since `triton.streams-in-flight` are at the"
          + " servers.",
      "Stays high while the servers have room: raise `triton.streams-in-flight`."),
  EMPTY_ANSWERS(
      Stage.TRACKER,
      "emptyAnswers",
      GAUGE,
      "answers",
      "Samples and evaluated answers of a reasoning model (`query.reasoning.*`) that had no text behind"
          + " their thought since the task started.",
      "Rises: thoughts meet `query.reasoning.max-tokens`; raise it."),
  JUDGE_REQUESTS(
      Stage.TRACKER,
      "judgeRequests",
      GAUGE,
      "requests",
      "Inference requests to the judge model (`judge.model`), the client's repetitions included, since"
          + " the task started. They are no part of `checkpoint.requests`.",
      "Rises with each distinct answer that is judged; see [judging](../judging.md#a-judge-model)."),
  JUDGE_PROMPT_TOKENS(
      Stage.TRACKER,
      "judgePromptTokens",
      GAUGE,
      "tokens",
      "Tokens of its prompts since the task started, where its server tells them.",
      "Rises with `judgeRequests`."),
  JUDGE_GENERATED_TOKENS(
      Stage.TRACKER,
      "judgeGeneratedTokens",
      GAUGE,
      "tokens",
      "Tokens of its replies since the task started, where its server tells them.",
      "Rises with `judgeRequests`; well above one word each, it argues or thinks."),
  JUDGE_VERDICTS(
      Stage.TRACKER,
      "judgeVerdicts",
      GAUGE,
      "verdicts",
      "Verdicts that it gave since the task started.",
      "Rises slower than `judgeRequests`: requests are repeated, or replies are no verdicts."),
  JUDGE_UNREADABLE(
      Stage.TRACKER,
      "judgeUnreadable",
      GAUGE,
      "replies",
      "Replies of it that were no verdict since the task started. Each makes its question a dead"
          + " letter.",
      "Rises: read `dead-letters`, which have the replies; see"
          + " [judging](../judging.md#a-judge-model)."),
  JUDGE_WAITING(
      Stage.TRACKER,
      "judgeWaiting",
      GAUGE,
      "answers",
      "Answers that wait for their turn to be judged, since `judge.requests-in-flight` are at the"
          + " judge.",
      "Stays high while the judge has room: raise `judge.requests-in-flight`."),
  AFFECTED_MODELS(
      Stage.TRACKER,
      "affectedModels",
      "KIND",
      GAUGE,
      "models",
      "Models that a failure of this kind affects now.",
      "Above 0: see [failure kinds](#failure-kinds)."),
  FAILED_ATTEMPTS(
      Stage.TRACKER,
      "failedAttempts",
      "KIND",
      GAUGE,
      "attempts",
      "Attempts that failed in this way since the task started.",
      "Rises while `affectedModels.KIND` is above 0."),
  MISSING_MODELS(
      Stage.TRACKER,
      "missingModels",
      GAUGE,
      "model checkpoints",
      "Model checkpoints that are asked one question at a time, until their model is loaded again.",
      "Above 0: load the model, or retire the checkpoint. Its model time is held until then."),
  UNUSABLE(
      Stage.TRACKER,
      "unusable",
      COUNTER,
      "questions",
      "Questions that were given up under a checkpoint. Each is a dead letter.",
      "Rises: read `dead-letters`; a `retry` request has them asked again."),
  REOPENED(
      Stage.TRACKER,
      "reopened",
      COUNTER,
      "questions",
      "Failed questions that a `retry` request has asked again.",
      "Rises once for each question of such a request."),
  DUPLICATES(
      Stage.TRACKER,
      "duplicates",
      COUNTER,
      "events",
      "Question events that changed nothing.",
      "Rises where producers send what they have sent before. It costs no request."),
  IN_FLIGHT(
      Stage.TRACKER,
      "inFlight",
      GAUGE,
      "questions",
      "Questions that are being asked.",
      "At `requestsInFlightLimit`: the server sets the pace. 0 with a `backlog`: no turn is taken."),
  ANSWERS_WAITING(
      Stage.TRACKER,
      "answersWaiting",
      GAUGE,
      "answers",
      "Of the questions in flight, those that are answered and wait for room in the output.",
      "Stays above 0: the stages behind the tracker, or the broker, do not keep up."),
  REQUESTS_IN_FLIGHT_LIMIT(
      Stage.TRACKER,
      "requestsInFlightLimit",
      GAUGE,
      "questions",
      "The most questions that may be in flight: `tracker.requests-in-flight`, or fewer while the"
          + " server has no room for them.",
      "Falls: the server refuses requests or lets them time out."),
  SLOTS_IN_USE(
      Stage.TRACKER,
      "slotsInUse",
      GAUGE,
      "share, 0 to 1",
      "Average share of the allowed requests that were in flight since the task last had none. An"
          + " integral over time, not a sample.",
      "Well below 1 during a sweep: the job, not the server, sets the pace."),
  LATENCY(
      Stage.TRACKER,
      "latencyMillis",
      HISTOGRAM,
      "milliseconds",
      "From the start of a request to its answer, the client's retries included; of the last 1,000"
          + " answers.",
      "Rises with the load of the server. Near `triton.deadline`, requests begin to fail."),
  QUESTIONS(
      Stage.TRACKER,
      "questions",
      GAUGE,
      "questions",
      "Questions that the task knows.",
      "Follows the topic `questions`. State grows in proportion."),
  BACKLOG(
      Stage.TRACKER,
      "backlog",
      GAUGE,
      "questions",
      "Of these, those that miss an answer under a live checkpoint.",
      "Jumps to the number of questions with an announcement, then falls to 0. Divided by the rate of"
          + " `answered` it is the time left."),
  SWEEP_PROGRESS(
      Stage.TRACKER,
      "sweepProgress",
      GAUGE,
      "share, 0 to 1",
      "The share of the questions that miss no answer.",
      "Falls with an announcement, then rises to 1."),
  MODEL_TIME(
      Stage.TRACKER,
      "modelTime",
      GAUGE,
      "model time",
      "The newest model time that the task has seen.",
      "Rises with each announcement that is admitted."),
  COMPLETE_MODEL_TIME(
      Stage.TRACKER,
      "completeModelTime",
      GAUGE,
      "model time",
      "The newest model time that is complete: every question is measured under it.",
      "Stays below `modelTime`: a sweep is under way, or a model is missing."),
  UNFINISHED_SURVEYS(
      Stage.TRACKER,
      "unfinishedSurveys",
      GAUGE,
      "surveys",
      "Surveys that wait for their model time or are under way.",
      "Stays above 0: `completeModelTime` says what they wait for."),
  OFFERED(
      Stage.TRACKER,
      "offered",
      COUNTER,
      "candidates",
      "Candidates that surveys offered for datasets, and later changes of them.",
      "Rises when a survey is under way, and with questions that come after it."),

  PAUSED_CHECKPOINTS(
      Stage.TRACKER,
      "pausedCheckpoints",
      GAUGE,
      "model checkpoints",
      "Model checkpoints that have cost what they may (`tracker.ceiling.*`), and are asked no more.",
      "Above 0: `checkpoint.paused` says which. Let them go on, or retire them; see"
          + " [cost](../operate/cost.md#a-ceiling)."),
  CHECKPOINT_REQUESTS(
      Stage.TRACKER,
      JobMetric.CHECKPOINT + ".requests",
      GAUGE,
      "requests",
      "Inference requests for the task's questions that went to the model of a live model checkpoint,"
          + " the client's repetitions included; they count when their question is through. Kept in"
          + " state. By the label `checkpoint`.",
      "Rises with the sweep. Its sum over the tasks is what the model checkpoint has cost; see"
          + " [cost](../operate/cost.md)."),
  CHECKPOINT_REQUESTS_WITH_TOKENS(
      Stage.TRACKER,
      JobMetric.CHECKPOINT + ".requestsWithTokens",
      GAUGE,
      "requests",
      "Of these, those whose answers said how many tokens they took. By the label `checkpoint`.",
      "0: the model's server tells no tokens, and the next two mean nothing."),
  CHECKPOINT_PROMPT_TOKENS(
      Stage.TRACKER,
      JobMetric.CHECKPOINT + ".promptTokens",
      GAUGE,
      "tokens",
      "Tokens of the prompts of `checkpoint.requestsWithTokens`. By the label `checkpoint`.",
      "Rises with the sweep."),
  CHECKPOINT_GENERATED_TOKENS(
      Stage.TRACKER,
      JobMetric.CHECKPOINT + ".generatedTokens",
      GAUGE,
      "tokens",
      "Tokens that `checkpoint.requestsWithTokens` generated. By the label `checkpoint`.",
      "Rises with the sweep."),

  CHECKPOINT_PAUSED(
      Stage.TRACKER,
      JobMetric.CHECKPOINT + ".paused",
      GAUGE,
      "0 or 1",
      "1: the model checkpoint has reached the task's share of its ceiling, and is asked no more. By the"
          + " label `checkpoint`.",
      "1 in one task, and not yet in others: they still have some of their shares."),

  LABELS(
      Stage.RELABELER,
      "label",
      "LABEL",
      COUNTER,
      "decisions",
      "Decisions by their label: `answer`, `refusal`, `dropped`, or `removed` for a tombstone.",
      "A label that gains share shows that the model or the questions have changed."),
  LABEL_CHANGES(
      Stage.RELABELER,
      "change",
      "FROM-to-TO",
      COUNTER,
      "decisions",
      "Decisions by the label before and after, such as `refusal-to-dropped` or `new-to-answer`.",
      "`refusal-to-dropped` counts what the knowledge flow took out of the refusals."),

  MARKS(
      Stage.MEMBERS,
      "mark",
      "MARK",
      COUNTER,
      "records",
      "Records of datasets and rehearsal sets by mark: `base`, `added`, `changed`, `removed`.",
      "`base` rises when a dataset is made; the others when questions change after that."),

  COMPLETE(
      Stage.MANIFESTS,
      "complete",
      COUNTER,
      "datasets",
      "Datasets and rehearsal sets that were closed.",
      "Rises when a dataset can be exported."),
  MANIFESTS_FAILED(
      Stage.MANIFESTS,
      "failed",
      COUNTER,
      "datasets",
      "Datasets that were not built. Their manifests say why.",
      "Rises: read `dataset-manifests`; mostly there are too few candidates."),

  REPORTS(
      Stage.EVALUATIONS,
      "reports",
      COUNTER,
      "reports",
      "Reports of tracker tasks that were added up.",
      "Rises while an evaluation's survey is under way."),
  EVALUATED_QUESTIONS(
      Stage.EVALUATIONS,
      "questions",
      COUNTER,
      "questions",
      "Judged questions in these reports.",
      "Rises by the number of evaluation questions with each survey."),
  UNANSWERED(
      Stage.EVALUATIONS,
      "unanswered",
      COUNTER,
      "questions",
      "Questions in these reports that the evaluated checkpoint failed to answer.",
      "Rises: the evaluation leaves these questions out. `dead-letters` says why."),
  SURVEYS(
      Stage.EVALUATIONS,
      "surveys",
      COUNTER,
      "surveys",
      "Surveys whose key groups are all counted.",
      "Rises by one with each evaluation of a checkpoint."),
  EVALUATIONS(
      Stage.EVALUATIONS,
      "evaluations",
      COUNTER,
      "records",
      "Evaluations that were written: one a task, and one a task and subject.",
      "Rises with `surveys`."),

  SAMPLES_RECORDED(
      Stage.SAMPLES,
      "recorded",
      COUNTER,
      "measurements",
      "Measurements whose samples were written to `samples`.",
      "Rises with `answered`, where `samples.enabled` is set."),
  SAMPLES_LEFT_OUT(
      Stage.SAMPLES,
      "leftOut",
      COUNTER,
      "measurements",
      "Measurements whose samples would have made a record over `samples.max-record`. They hold, but"
          + " can't be replayed.",
      "Rises: raise `samples.max-record`; see [evidence](../evidence.md)."),

  LOST_TRANSACTIONS(
      Stage.SINKS,
      "lostTransactions",
      COUNTER,
      "transactions",
      "Transactions that the brokers ended before the job could commit them. Their records are lost;"
          + " the log has an error for each.",
      "Above 0: output is missing. Raise `kafka.transaction-timeout`; see [guarantees](../operate/guarantees.md).");

  /** Where a metric is registered: the heading of its table, and the operators of Flink's. */
  public enum Stage {
    PARSERS("parse-questions, parse-model-checkpoints, parse-requests"),
    ADMISSION("checkpoint-admission"),
    PLANNER("survey-planner"),
    TRACKER("knowledge-tracker"),
    RELABELER("relabeler"),
    MEMBERS("dataset-members"),
    MANIFESTS("manifests"),
    EVALUATIONS("evaluations"),
    SAMPLES("sample-records"),
    SINKS("Sinks");

    private final String title;

    Stage(String title) {
      this.title = title;
    }

    /** The names of the operators, as in the web UI and in the label {@code operator_name}. */
    public String title() {
      return title;
    }
  }

  /** As Flink tells them apart. */
  public enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** The label of the metrics of a model checkpoint. */
  private static final String CHECKPOINT = "checkpoint";

  private final Stage stage;
  private final String key;
  private final String member;
  private final Type type;
  private final String unit;
  private final String meaning;
  private final String change;

  JobMetric(Stage stage, String name, Type type, String unit, String meaning, String change) {
    this(stage, name, "", type, unit, meaning, change);
  }

  JobMetric(
      Stage stage,
      String key,
      String member,
      Type type,
      String unit,
      String meaning,
      String change) {
    this.stage = stage;
    this.key = key;
    this.member = member;
    this.type = type;
    this.unit = unit;
    this.meaning = meaning;
    this.change = change;
  }

  /** Registers a counter that is no family. */
  public Counter counter(MetricGroup group) {
    require(COUNTER, false);
    return group.counter(key);
  }

  /** Registers a member of a family of counters. */
  public Counter counter(MetricGroup group, String name) {
    require(COUNTER, true);
    return group.addGroup(key).counter(name);
  }

  /** Registers a gauge that is no family; one of a model checkpoint in that one's group. */
  public <T> void gauge(MetricGroup group, Gauge<T> value) {
    require(GAUGE, false);
    group.gauge(isOfCheckpoint() ? key.substring(CHECKPOINT.length() + 1) : key, value);
  }

  /** Registers a member of a family of gauges. */
  public <T> void gauge(MetricGroup group, String name, Gauge<T> value) {
    require(GAUGE, true);
    group.addGroup(key).gauge(name, value);
  }

  /** Registers a histogram. */
  public Histogram histogram(MetricGroup group, Histogram histogram) {
    require(HISTOGRAM, false);
    return group.histogram(key, histogram);
  }

  private void require(Type its, boolean isMember) {
    if (type != its || isFamily() != isMember) {
      throw new IllegalStateException(
          "%s is a %s%s".formatted(name(), isFamily() ? "family of " : "", type));
    }
  }

  public Stage stage() {
    return stage;
  }

  /** Such as {@code backlog}, or {@code label.LABEL} for a family. */
  public String metricName() {
    return isFamily() ? key + "." + member : key;
  }

  /** The group for the metrics of a model checkpoint. */
  public static MetricGroup ofCheckpoint(MetricGroup operator, String checkpointId) {
    return operator.addGroup(CHECKPOINT, checkpointId);
  }

  /** Whether each live model checkpoint has one. */
  public boolean isOfCheckpoint() {
    return key.startsWith(CHECKPOINT + ".");
  }

  /** Whether it is a group of metrics, one for each of several names. */
  public boolean isFamily() {
    return !member.isEmpty();
  }

  public Type type() {
    return type;
  }

  public String unit() {
    return unit;
  }

  /** What it counts or says, in a sentence or two; Markdown. */
  public String meaning() {
    return meaning;
  }

  /** What an operator reads from a change of it; Markdown. */
  public String change() {
    return change;
  }
}
