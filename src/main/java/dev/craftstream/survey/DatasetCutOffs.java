package dev.craftstream.survey;

import dev.craftstream.method.CutOffs;
import dev.craftstream.method.Rank;
import dev.craftstream.model.CutOff;
import dev.craftstream.model.CutOff.Bound;
import dev.craftstream.model.Dataset;
import dev.craftstream.model.Label;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.SurveyReport.Outcome;
import dev.craftstream.model.message.SurveyReport.Ranks;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
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
 * <p>What lies in state meanwhile are the ranks that the tasks offered: about n a task, 16 bytes
 * each, however many questions there are.
 */
public final class DatasetCutOffs extends KeyedProcessFunction<String, SurveyReport, CutOff> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(DatasetCutOffs.class);

  private transient ValueState<Progress> progress;
  private transient ListState<Ranks> answers;
  private transient ListState<Ranks> refusals;

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
    answers =
        getRuntimeContext()
            .getListState(new ListStateDescriptor<>("answers", TypeInformation.of(Ranks.class)));
    refusals =
        getRuntimeContext()
            .getListState(new ListStateDescriptor<>("refusals", TypeInformation.of(Ranks.class)));
  }

  @Override
  public void processElement(SurveyReport report, Context context, Collector<CutOff> out)
      throws Exception {
    Progress before = progress.value();
    Progress now = (before == null ? new Progress(0, 0, 0) : before).and(report);
    progress.update(now);
    add(answers, report.answers());
    add(refusals, report.refusals());
    boolean isLast = report.outcome() == Outcome.SURVEYED;
    if (isLast && now.surveyed == report.ofKeyGroups()) {
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
    List<Ranks> answerRanks = all(answers);
    List<Ranks> refusalRanks = all(refusals);
    answers.clear();
    refusals.clear();
    long answerCandidates = candidates(answerRanks);
    long refusalCandidates = candidates(refusalRanks);
    CutOff cutOff =
        new CutOff(
            dataset,
            CutOffs.failure(dataset.selection(), questions, answerCandidates, refusalCandidates),
            bound(dataset, Label.ANSWER, answerCandidates, answerRanks),
            bound(dataset, Label.REFUSAL, refusalCandidates, refusalRanks),
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

  private static Bound bound(Dataset dataset, Label label, long candidates, List<Ranks> ranks) {
    List<Rank> offered = new ArrayList<>();
    for (Ranks some : ranks) {
      for (int i = 0; i < some.scores().length; i++) {
        offered.add(new Rank(some.scores()[i], some.hashes()[i]));
      }
    }
    return CutOffs.bound(dataset.selection(), dataset.id(), label, candidates, offered);
  }

  private static void add(ListState<Ranks> state, Ranks ranks) throws Exception {
    if (ranks.candidates() > 0 || ranks.hashes().length > 0) {
      state.add(ranks);
    }
  }

  private static List<Ranks> all(ListState<Ranks> state) throws Exception {
    List<Ranks> all = new ArrayList<>();
    state.get().forEach(all::add);
    return all;
  }

  private static long candidates(List<Ranks> ranks) {
    return ranks.stream().mapToLong(Ranks::candidates).sum();
  }
}
