package dev.craftstream.survey;

import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.DatasetManifest;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Closes datasets, keyed by their ids: a manifest follows when as many candidates are settled as
 * the survey offered, or at once where the dataset is not built. After that nothing stays of it:
 * only that it is frozen may follow.
 */
public final class Manifests
    extends KeyedCoProcessFunction<String, CutOff, SettledCandidates, DatasetManifest> {
  private static final long serialVersionUID = 1L;

  private transient ValueState<Progress> progress;
  private transient Counter complete;
  private transient Counter failed;

  /**
   * How far a dataset is. Fields may only be added to (Flink's POJO evolution).
   *
   * @param cutOff its cut-off; null while it has none
   * @param settled candidates settled
   * @param answerRecords ANSWER records written
   * @param refusalRecords REFUSAL records written
   */
  public record Progress(CutOff cutOff, long settled, long answerRecords, long refusalRecords) {

    private static final Progress NONE = new Progress(null, 0, 0, 0);

    private Progress with(CutOff news) {
      // That a built dataset is frozen changes nothing here.
      boolean isNews = cutOff == null && !(news.retired() && news.isBuilt());
      return new Progress(isNews ? news : cutOff, settled, answerRecords, refusalRecords);
    }

    private Progress with(SettledCandidates more) {
      return new Progress(
          cutOff,
          settled + more.candidates(),
          answerRecords + more.answerRecords(),
          refusalRecords + more.refusalRecords());
    }

    private boolean isReady() {
      return cutOff != null
          && (!cutOff.isBuilt()
              || settled == cutOff.answers().offered() + cutOff.refusals().offered());
    }
  }

  @Override
  public void open(OpenContext context) {
    progress =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("progress", TypeInformation.of(Progress.class)));
    complete = JobMetric.COMPLETE.counter(getRuntimeContext().getMetricGroup());
    failed = JobMetric.MANIFESTS_FAILED.counter(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement1(CutOff cutOff, Context context, Collector<DatasetManifest> out)
      throws Exception {
    advance(now().with(cutOff), out);
  }

  @Override
  public void processElement2(
      SettledCandidates more, Context context, Collector<DatasetManifest> out) throws Exception {
    advance(now().with(more), out);
  }

  private Progress now() throws Exception {
    Progress now = progress.value();
    return now == null ? Progress.NONE : now;
  }

  private void advance(Progress now, Collector<DatasetManifest> out) throws Exception {
    if (now.isReady()) {
      DatasetManifest manifest =
          new DatasetManifest(now.cutOff, now.answerRecords, now.refusalRecords);
      (manifest.complete() ? complete : failed).inc();
      out.collect(manifest);
      progress.clear();
    } else if (now.cutOff != null || now.settled > 0) {
      progress.update(now);
    }
  }
}
