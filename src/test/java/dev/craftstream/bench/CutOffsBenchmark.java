package dev.craftstream.bench;

import dev.craftstream.method.Seeds;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.SurveyReport.Outcome;
import dev.craftstream.model.message.SurveyReport.Ranks;
import dev.craftstream.survey.DatasetCutOffs;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/**
 * What the one task that merges the ranks of a dataset holds on its heap, with state in RocksDB:
 * trackers offer candidates that are all equally certain, by turns.
 *
 * <p>Arguments: n, how many trackers, how many candidates in all, and {@code EXACT} or {@code
 * KEEP_ALL}; such as {@code 1000000 8 5000000 KEEP_ALL}.
 */
public final class CutOffsBenchmark {
  private static final int SLICE = 1_000;

  private CutOffsBenchmark() {}

  public static void main(String... arguments) throws Exception {
    int wanted = Integer.parseInt(arguments[0]);
    int trackers = Integer.parseInt(arguments[1]);
    int candidates = Integer.parseInt(arguments[2]);
    Dataset dataset = dataset(wanted, Ties.valueOf(arguments[3]));
    try (KeyedOneInputStreamOperatorTestHarness<String, SurveyReport, CutOff> stage =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new DatasetCutOffs()),
            report -> report.dataset().id(),
            Types.STRING)) {
      stage.setStateBackend(new EmbeddedRocksDBStateBackend());
      stage.open();
      System.gc();
      resetPeak();
      long before = inUse();
      long started = System.nanoTime();
      long longest = 0;
      int reports = candidates / SLICE;
      for (int report = 0; report < reports; report++) {
        boolean isLast = report >= reports - trackers;
        SurveyReport next = report(dataset, report, isLast ? 1 : 0, trackers);
        long begun = System.nanoTime();
        stage.processElement(next, 0);
        longest = Math.max(longest, System.nanoTime() - begun);
      }
      CutOff cutOff = stage.extractOutputValues().get(0);
      System.out.printf(
          Locale.ROOT,
          "n = %,d, %d trackers, %,d candidates that tie, %s: %,d taken; heap beyond %d MB before:"
              + " at most %d MB, garbage included; %.1f s, the longest call %.2f s%n",
          wanted,
          trackers,
          candidates,
          dataset.selection().tiesAtCutOff(),
          cutOff.answers().taken(),
          before >> 20,
          (peak() - before) >> 20,
          (System.nanoTime() - started) / 1e9,
          longest / 1e9);
    }
    System.exit(0);
  }

  private static SurveyReport report(Dataset dataset, int number, int keyGroups, int ofKeyGroups) {
    long[] hashes = new long[SLICE];
    for (int i = 0; i < SLICE; i++) {
      hashes[i] = Seeds.order(dataset.selection().seed(), "q" + number + "-" + i);
    }
    return new SurveyReport(
        dataset,
        Outcome.SURVEYED,
        keyGroups,
        ofKeyGroups,
        2,
        SLICE,
        new Ranks(SLICE, 0, new double[SLICE], hashes),
        Ranks.NONE);
  }

  private static Dataset dataset(int wanted, Ties ties) {
    Serving serving = new Serving("model", "1", Contract.CRAFT, "", "", "");
    return new Dataset(
        "dataset",
        new Selection(
            DatasetKind.TRAINING,
            Task.MULTIPLE_CHOICE,
            Strategy.CRAFT,
            Thresholds.PAPER,
            RehearsalThresholds.PAPER,
            wanted,
            0,
            ties,
            Shortage.SHORT,
            1,
            CorrectnessRule.LETTER_PROBABILITIES,
            0),
        new ModelCheckpoint("initial", 1, Role.INITIAL, "", serving),
        new ModelCheckpoint("rehearsal", 2, Role.REHEARSAL, "initial", serving),
        "",
        "k",
        "t",
        0);
  }

  private static long inUse() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static void resetPeak() {
    ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  private static long peak() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .mapToLong(pool -> pool.getPeakUsage().getUsed())
        .sum();
  }
}
