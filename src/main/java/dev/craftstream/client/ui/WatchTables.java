package dev.craftstream.client.ui;

import dev.craftstream.client.LiveCheckpoints.Life;
import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.Table;
import dev.craftstream.client.report.Table.Cell;
import dev.craftstream.client.report.Table.Column;
import dev.craftstream.client.report.Table.Row;
import dev.craftstream.client.report.Table.Segment;
import dev.craftstream.client.report.Wording;
import dev.craftstream.client.watch.ClosedDataset;
import dev.craftstream.client.watch.Measurements;
import dev.craftstream.client.watch.Sweep;
import dev.craftstream.client.watch.TaskLabels;
import dev.craftstream.client.watch.Watch;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of the page. */
final class WatchTables {
  private static final int ENOUGH_TO_FORETELL = 10;
  private static final int MOST_CHECKPOINTS = 100;
  private static final int MOST_DATASETS = 60;

  private final Watch watch;
  private final Times times;

  WatchTables(Watch watch, Times times) {
    this.watch = watch;
    this.times = times;
  }

  /** The newest model checkpoints, the newest first. */
  Table checkpoints(List<Life> lives) {
    List<Row> rows = new ArrayList<>();
    for (int i = lives.size() - 1; i >= Math.max(0, lives.size() - MOST_CHECKPOINTS); i--) {
      Life life = lives.get(i);
      ModelCheckpoint checkpoint = life.checkpoint();
      rows.add(
          Row.of(
              Cell.name(checkpoint.id()),
              Cell.of(checkpoint.role()),
              Cell.of(checkpoint.baseId().isEmpty() ? "–" : checkpoint.baseId()),
              Cell.of(Wording.count(checkpoint.announcedAt())),
              Cell.of(times.second(life.announced())),
              Cell.of(life.isLive() ? "live" : "retired " + times.second(life.retired())),
              Cell.of(Wording.count(watch.measured(checkpoint.id())))));
    }
    return new Table(
        "Model checkpoints, the newest first",
        "numbers checkpoints",
        List.of(
            Column.text("Model checkpoint", 0),
            Column.text("role", 0),
            Column.text("made from", 0),
            Column.number("model time", 0),
            Column.text("announced", 0),
            Column.text("state", 0),
            Column.number("measurements", 0)),
        rows);
  }

  /** How far each live model checkpoint is, a row for each task. */
  Table sweeps() {
    List<Row> rows = new ArrayList<>();
    for (Sweep sweep : watch.sweeps(times.now())) {
      String name = sweep.checkpoint().id();
      for (Sweep.Progress progress : sweep.tasks()) {
        rows.add(
            Row.of(
                Cell.name(name).withNote(name.isEmpty() ? "" : sweep.checkpoint().role().name()),
                Cell.of(Wording.of(progress.task())),
                Cell.of(
                        "%s of %s"
                            .formatted(
                                Wording.count(progress.measured()),
                                Wording.count(progress.total())))
                    .withNote(
                        progress.failed() == 0
                            ? ""
                            : Wording.count(progress.failed()) + " without an answer"),
                Cell.bar(bar(progress)),
                Cell.of(name.isEmpty() ? "" : rate(sweep)),
                Cell.of(name.isEmpty() ? "" : left(sweep))));
        name = "";
      }
    }
    return new Table(
        "Sweeps under the live model checkpoints",
        "numbers sweeps",
        List.of(
            Column.text("Model checkpoint", 0),
            Column.text("task", 0),
            Column.number("measured", 0),
            Column.text("progress", 0),
            Column.number("rate", 0),
            Column.number("time left", 0)),
        rows);
  }

  private static List<Segment> bar(Sweep.Progress progress) {
    return List.of(
        new Segment("done", progress.measured(), Wording.count(progress.measured()) + " measured"),
        new Segment(
            "failed", progress.failed(), Wording.count(progress.failed()) + " without an answer"),
        new Segment("left", progress.left(), Wording.count(progress.left()) + " left"));
  }

  /** Of late while it goes on, on the whole when it is through. */
  private static String rate(Sweep sweep) {
    double rate = sweep.rate();
    long measured = sweep.measured();
    double seconds = (sweep.newestAnswer() - sweep.firstAnswer()) / 1_000.0;
    if (sweep.left() == 0 && measured > 1 && seconds > 0) {
      rate = measured / seconds;
    }
    return rate == 0 ? "–" : String.format(Locale.ROOT, rate < 10 ? "%.1f/s" : "%,.0f/s", rate);
  }

  private String left(Sweep sweep) {
    long left = sweep.left();
    if (left == 0) {
      return sweep.newestAnswer() == 0
          ? "nothing to ask"
          : "complete in "
              + Times.roughly(Duration.ofMillis(sweep.newestAnswer() - sweep.announced()));
    }
    long measured = sweep.measured();
    if (sweep.rate() > 0) {
      return measured < ENOUGH_TO_FORETELL
          ? "just begun"
          : "about " + Times.roughly(Duration.ofMillis((long) (1_000 * left / sweep.rate())));
    }
    return sweep.newestAnswer() == 0
        ? "no answer yet"
        : "no answer for " + Times.roughly(Duration.ofMillis(times.now() - sweep.newestAnswer()));
  }

  /** How many questions have which label. */
  Table labels() {
    List<Row> rows = new ArrayList<>();
    for (TaskLabels its : watch.labels()) {
      for (boolean isFinal : new boolean[] {false, true}) {
        Map<Label, Long> counts = isFinal ? its.decided() : its.provisional();
        if (counts.values().stream().anyMatch(count -> count > 0)) {
          List<Cell> cells = new ArrayList<>();
          cells.add(Cell.name(Wording.title(its.task())));
          cells.add(Cell.of(isFinal ? "final" : "provisional"));
          List<Segment> bar = new ArrayList<>();
          counts.forEach(
              (label, count) -> {
                cells.add(Cell.of(Wording.count(count)).styled("number"));
                bar.add(
                    new Segment(
                        label.name().toLowerCase(Locale.ROOT),
                        count,
                        label + " " + Wording.count(count)));
              });
          cells.add(Cell.bar(bar));
          cells.add(Cell.of(isFinal ? reasons(its) : ""));
          rows.add(Row.of(cells.toArray(Cell[]::new)));
        }
      }
    }
    return new Table(
        "Labels by task",
        "numbers label-counts",
        List.of(
            Column.text("Task", 0),
            Column.text("stage", 0),
            Column.number("ANSWER", 0),
            Column.number("REFUSAL", 0),
            Column.number("DROPPED", 0),
            Column.text("share", 0),
            Column.text("dropped as", 0)),
        rows);
  }

  private static String reasons(TaskLabels its) {
    return Stream.of(DropReason.values())
        .filter(reason -> its.dropped().get(reason) > 0)
        .map(reason -> Wording.count(its.dropped().get(reason)) + " " + Wording.of(reason))
        .collect(Collectors.joining(", "));
  }

  /** The knowledge flow of all questions. */
  Table flows(Map<Task, Measurements.Flow> flows) {
    List<Row> rows = new ArrayList<>();
    flows.forEach(
        (task, flow) -> {
          if (flow.questions() > 0) {
            rows.add(
                Row.of(
                    Cell.name(Wording.title(task)),
                    Cell.of(Wording.count(flow.questions())),
                    Cell.of(Wording.count(flow.up())),
                    Cell.of(Wording.count(flow.down())),
                    Cell.of(Wording.count(flow.same())),
                    Cell.of(Wording.signed(flow.mean()))));
          }
        });
    return new Table(
        "Knowledge flow of all questions",
        "numbers",
        List.of(
            Column.text("Knowledge flow", 0),
            Column.number("questions", 0),
            Column.number("up", 0),
            Column.number("down", 0),
            Column.number("same", 0),
            Column.number("mean", 0)),
        rows);
  }

  /** The newest datasets and rehearsal sets. */
  Table datasets() {
    List<Row> rows = new ArrayList<>();
    List<ClosedDataset> all = watch.datasets();
    for (ClosedDataset dataset : all.subList(0, Math.min(MOST_DATASETS, all.size()))) {
      DatasetManifest manifest = dataset.manifest();
      boolean rehearsal = manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL;
      Cell name =
          Cell.name(rehearsal ? "rehearsal set" : manifest.getStrategy())
              .withNote(manifest.getDatasetId());
      String task = Names.task(manifest.getTask());
      if (manifest.getComplete()) {
        long counted = manifest.getAnswer().getQuestions() + manifest.getRefusal().getQuestions();
        rows.add(
            Row.of(
                name,
                Cell.of(task),
                Cell.of(taken(manifest.getAnswer())),
                Cell.of(rehearsal ? "–" : taken(manifest.getRefusal())),
                Cell.of(
                    dataset.base() >= counted
                        ? "complete"
                        : "%s of %s records"
                            .formatted(Wording.count(dataset.base()), Wording.count(counted))),
                Cell.of(dataset.later() == 0 ? "–" : Wording.count(dataset.later())),
                Cell.of(Wording.count(manifest.getModelTime()))));
      } else {
        rows.add(
            Row.of(
                name,
                Cell.of(task),
                Cell.of("not built: " + manifest.getFailure()).styled("failure").spanning(4),
                Cell.of(Wording.count(manifest.getModelTime()))));
      }
    }
    return new Table(
        all.size() > MOST_DATASETS
            ? "The newest %d of %d datasets".formatted(MOST_DATASETS, all.size())
            : "Datasets and rehearsal sets, the newest first",
        "numbers datasets",
        List.of(
            Column.text("Chosen by", 0),
            Column.text("task", 0),
            Column.number("ANSWER", 0),
            Column.number("REFUSAL", 0),
            Column.text("state", 0),
            Column.number("changes since", 0),
            Column.number("model time", 0)),
        rows);
  }

  private static String taken(ClassCount count) {
    return "%s of %s"
        .formatted(Wording.count(count.getQuestions()), Wording.count(count.getCandidates()));
  }
}
