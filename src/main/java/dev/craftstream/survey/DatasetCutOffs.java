package dev.craftstream.survey;

import dev.craftstream.method.CutOffs;
import dev.craftstream.model.CutOff;
import dev.craftstream.model.Dataset;
import dev.craftstream.model.Label;
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
 * surveyed; and says when all of them know that one of its checkpoints is retired.
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
   * @param retired key groups that know that a checkpoint is retired
   * @param questions questions of the dataset's task
   */
  public record Progress(int surveyed, int retired, long questions) {
    Progress and(SurveyReport report) {
      return report.outcome() == Outcome.SURVEYED
          ? new Progress(surveyed + report.keyGroups(), retired, questions + report.questions())
          : new Progress(surveyed, retired + report.keyGroups(), questions);
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
    Progress before = progress.value();
    Progress now = (before == null ? new Progress(0, 0, 0) : before).and(report);
    progress.update(now);
    answers.add(report.dataset(), report.answers());
    refusals.add(report.dataset(), report.refusals());
    boolean mayBeLast = report.outcome() == Outcome.SURVEYED && report.keyGroups() > 0;
    if (mayBeLast && now.surveyed == report.ofKeyGroups()) {
      close(report, now.questions, out);
    }
    if (now.retired == report.ofKeyGroups()) {
      boolean closed = now.surveyed == report.ofKeyGroups();
      progress.clear();
      answers.clear();
      refusals.clear();
      out.collect(CutOff.retired(report.dataset(), report.modelTime(), closed));
    }
  }

  private void close(SurveyReport last, long questions, Collector<CutOff> out) throws Exception {
    Dataset dataset = last.dataset();
    long answerCandidates = answers.candidates();
    long refusalCandidates = refusals.candidates();
    CutOff cutOff =
        new CutOff(
            dataset,
            CutOffs.failure(dataset.selection(), questions, answerCandidates, refusalCandidates),
            answers.close(dataset),
            refusals.close(dataset),
            last.modelTime(),
            false);
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
