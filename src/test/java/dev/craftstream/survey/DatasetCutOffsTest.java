package dev.craftstream.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.method.Rank;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.CutOff.Bound;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The stage that merges what the trackers offer. */
class DatasetCutOffsTest {
  private static final int RANK_BYTES = 16;

  /** Tens of times n, in the worst order: each report has better ones than the one before. */
  @ParameterizedTest
  @CsvSource({"EXACT, true", "EXACT, false", "KEEP_ALL, true", "KEEP_ALL, false"})
  void givenManyTimesN_thenStateHoldsAFewTimesN(Ties ties, boolean allTie) throws Exception {
    int wanted = 2_000;
    int reports = 400;
    int each = 200;
    Dataset dataset = dataset(wanted, ties, Shortage.SHORT);
    try (var stage = stage(new HashMapStateBackend(), null)) {
      for (int report = 0; report < reports; report++) {
        List<Rank> ranks = new ArrayList<>();
        for (int i = 0; i < each; i++) {
          ranks.add(new Rank(allTie ? 0 : reports - report, (long) (reports - report) * each + i));
        }
        stage.processElement(report(dataset, ranks, 0), 0);
        if (report % 50 == 0) {
          assertThat(bytes(stage.snapshot(report + 1, 0)))
              .as("bytes after %d reports", report + 1)
              .isLessThan(2L * (wanted + RankMerge.CHUNK) * RANK_BYTES + 40_000);
        }
      }
      stage.processElement(report(dataset, List.of(), 8), 0);

      Bound answers = stage.extractOutputValues().get(0).answers();
      assertThat(answers.candidates()).isEqualTo(reports * each);
      assertThat(answers.offered()).isEqualTo(reports * each);
      assertThat(answers.taken())
          .isEqualTo(allTie && ties == Ties.KEEP_ALL ? reports * each : wanted);
      assertThat(stage.numKeyedStateEntries()).as("its progress alone").isOne();
    }
  }

  @ParameterizedTest
  @EnumSource(Ties.class)
  void givenAnyRanksInAnyOrder_thenTheCutOffIsThatOfAllOfThem(Ties ties) throws Exception {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int wanted = random.nextInt(4) == 0 ? random.nextInt(6_000) : random.nextInt(1_500);
      int candidates = random.nextInt(12_000);
      int scores = 1 + random.nextInt(6);
      List<Rank> all = new ArrayList<>();
      for (int i = 0; i < candidates; i++) {
        all.add(new Rank(random.nextInt(scores) / 4.0, random.nextLong()));
      }
      Dataset dataset = dataset(wanted, ties, Shortage.SHORT);
      StateBackend backend =
          seed % 10 == 0 ? new EmbeddedRocksDBStateBackend() : new HashMapStateBackend();
      var stage = stage(backend, null);
      int unsure = 0;
      try {
        for (int from = 0; from < candidates; ) {
          int to = Math.min(candidates, from + 1 + random.nextInt(2_500));
          stage.processElement(report(dataset, all.subList(from, to), 0), 0);
          unsure += (to - from) / 2;
          from = to;
          if (random.nextInt(6) == 0) {
            OperatorSubtaskState state = stage.snapshot(1, 0);
            stage.close();
            stage = stage(backend, state);
          }
        }
        stage.processElement(report(dataset, List.of(), 8), 0);

        Bound bound = stage.extractOutputValues().get(0).answers();
        List<Rank> taken = taken(all, wanted, ties);
        assertThat(bound.candidates()).isEqualTo(candidates);
        assertThat(bound.unsure()).isEqualTo(unsure);
        assertThat(bound.taken()).as("seed %d", seed).isEqualTo(taken.size());
        assertThat(all.stream().filter(r -> bound.takes(r.score(), r.hash())).sorted())
            .as("seed %d", seed)
            .isEqualTo(taken);
      } finally {
        stage.close();
      }
    }
  }

  private static List<Rank> taken(List<Rank> all, int wanted, Ties ties) {
    List<Rank> inOrder = all.stream().sorted().toList();
    if (inOrder.size() <= wanted || wanted == 0) {
      return wanted == 0 ? List.of() : inOrder;
    }
    double last = inOrder.get(wanted - 1).score();
    return ties == Ties.EXACT
        ? inOrder.subList(0, wanted)
        : inOrder.stream().filter(rank -> rank.score() <= last).toList();
  }

  private static SurveyReport report(Dataset dataset, List<Rank> ranks, int keyGroups) {
    boolean wantsNone = dataset.selection().answers() == 0;
    return new SurveyReport(
        dataset,
        Outcome.SURVEYED,
        keyGroups,
        8,
        2,
        1,
        new Ranks(
            ranks.size(),
            ranks.size() / 2,
            wantsNone ? new double[0] : ranks.stream().mapToDouble(Rank::score).toArray(),
            wantsNone ? new long[0] : ranks.stream().mapToLong(Rank::hash).toArray()),
        Ranks.NONE);
  }

  private static long bytes(OperatorSubtaskState state) {
    return state.getManagedKeyedState().stream().mapToLong(KeyedStateHandle::getStateSize).sum();
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, SurveyReport, CutOff> stage(
      StateBackend backend, OperatorSubtaskState state) throws Exception {
    KeyedOneInputStreamOperatorTestHarness<String, SurveyReport, CutOff> stage =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new DatasetCutOffs()),
            report -> report.dataset().id(),
            Types.STRING);
    stage.setStateBackend(backend);
    stage.setup();
    if (state != null) {
      stage.initializeState(state);
    }
    stage.open();
    return stage;
  }

  private static Dataset dataset(int answers, Ties ties, Shortage shortage) {
    Serving serving = new Serving("model", "1", Contract.CRAFT, "", "", "");
    return new Dataset(
        "dataset",
        new Selection(
            DatasetKind.TRAINING,
            Task.OPEN_ENDED,
            Strategy.CRAFT,
            Thresholds.PAPER,
            RehearsalThresholds.PAPER,
            answers,
            0,
            ties,
            shortage,
            7,
            CorrectnessRule.SUBSTRING,
            0),
        new ModelCheckpoint("initial", 1, Role.INITIAL, "", serving),
        new ModelCheckpoint("rehearsal", 2, Role.REHEARSAL, "initial", serving),
        "",
        "k",
        "t",
        0);
  }
}
