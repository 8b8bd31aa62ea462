package dev.craftstream.survey;

import dev.craftstream.method.CutOffs;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetCost;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.SurveyReport.Outcome;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges the reports on a dataset, keyed by its id, into its exact cut-off once all key groups are
 * surveyed; and says when all of them know that one of its checkpoints is retired. Of a dataset
 * whose time is over nothing stays.
 *
 * <p>What lies in state meanwhile are at most 2 n ranks of either label, 16 bytes each, however
 * many questions and tasks there are; see {@link RankMerge}.
 */
public final class DatasetCutOffs extends KeyedProcessFunction<String, SurveyReport, CutOff> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(DatasetCutOffs.class);

  private transient ValueState<Progress> progress;
  private transient RankMerge answers;
  private transient RankMerge refusals;

  /**
   * How far a dataset is. Fields may only be added to (Flink's POJO evolution).
   *
   * @param surveyed key groups surveyed
   * @param retired of these, those that know that a checkpoint is retired
   * @param questions questions of the dataset's task
   * @param abandoned key groups that will not be surveyed, for a checkpoint is retired
   * @param cost what asking the dataset's checkpoints had cost there; null where an earlier version
   *     of the job surveyed, which did not count
   */
  public record Progress(
      int surveyed, int retired, long questions, int abandoned, DatasetCost cost) {
    private static final Progress NONE = new Progress(0, 0, 0, 0, DatasetCost.NONE);

    private Progress and(SurveyReport report) {
      int groups = report.keyGroups();
      DatasetCost costs = cost == null ? report.cost() : cost.plus(report.cost());
      return switch (report.outcome()) {
        case SURVEYED ->
            new Progress(
                surveyed + groups, retired, questions + report.questions(), abandoned, costs);
        case RETIRED -> new Progress(surveyed, retired + groups, questions, abandoned, costs);
        case ABANDONED -> new Progress(surveyed, retired, questions, abandoned + groups, costs);
      };
    }
  }

  @Override
  public void open(OpenContext context) {
    progress =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("progress", TypeInformation.of(Progress.class)));
    answers = new RankMerge(Label.ANSWER, "answer", getRuntimeContext());
    refusals = new RankMerge(Label.REFUSAL, "refusal", getRuntimeContext());
  }

  @Override
  public void processElement(SurveyReport report, Context context, Collector<CutOff> out)
      throws Exception {
    Dataset dataset = report.dataset();
    Progress before = progress.value();
    if (before == null && dataset.liveUntil() > 0) {
      context.timerService().registerEventTimeTimer(dataset.liveUntil());
    }
    Progress now = (before == null ? Progress.NONE : before).and(report);
    progress.update(now);
    answers.add(dataset, report.answers());
    refusals.add(dataset, report.refusals());
    int all = report.ofKeyGroups();
    boolean endsKeyGroups = report.outcome() != Outcome.RETIRED && report.keyGroups() > 0;
    if (endsKeyGroups && now.surveyed == all) {
      close(report, now, out);
    }
    if (endsKeyGroups && now.abandoned > 0 && now.surveyed + now.abandoned == all) {
      answers.clear();
      refusals.clear();
      out.collect(CutOff.retired(dataset, report.modelTime(), false));
    }
    if (now.retired + now.abandoned == all) {
      if (now.abandoned == 0) {
        out.collect(CutOff.retired(dataset, report.modelTime(), true));
      }
      progress.clear();
    }
  }

  /** The dataset's time is over, and no report on it will come any more. */
  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<CutOff> out) {
    progress.clear();
    answers.clear();
    refusals.clear();
  }

  private void close(SurveyReport last, Progress all, Collector<CutOff> out) throws Exception {
    Dataset dataset = last.dataset();
    long answerCandidates = answers.candidates();
    long refusalCandidates = refusals.candidates();
    CutOff cutOff =
        new CutOff(
            dataset,
            CutOffs.failure(
                dataset.selection(), all.questions, answerCandidates, refusalCandidates),
            answers.close(dataset),
            refusals.close(dataset),
            last.modelTime(),
            false,
            all.cost);
    LOG.info(
        "Dataset {}: {} of {} ANSWER and {} of {} REFUSAL candidates. {}",
        dataset.id(),
        cutOff.answers().taken(),
        answerCandidates,
        cutOff.refusals().taken(),
        refusalCandidates,
        cutOff.failure());
    out.collect(cutOff);
  }
}
