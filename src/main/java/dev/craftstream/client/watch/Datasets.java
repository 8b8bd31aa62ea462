package dev.craftstream.client.watch;

import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.ChosenDataset;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Mark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The datasets and rehearsal sets: their manifests, and how many records of each have come. */
final class Datasets {
  private final int most;
  private final Map<String, Counts> byId = new LinkedHashMap<>();

  private static final class Counts {
    private DatasetManifest manifest;
    private long base;
    private long later;
  }

  /**
   * @param most of so many datasets is kept what came, the others are forgotten, the oldest first
   */
  Datasets(int most) {
    this.most = most;
  }

  void add(DatasetManifest manifest) {
    of(manifest.getDatasetId()).manifest = manifest;
  }

  void removeManifest(String id) {
    byId.remove(id);
  }

  void add(DatasetRecord entry) {
    Counts counts = of(entry.getDatasetId());
    if (entry.getMark() == Mark.MARK_BASE) {
      counts.base++;
    } else {
      counts.later++;
    }
  }

  private Counts of(String id) {
    Counts counts = byId.computeIfAbsent(id, any -> new Counts());
    if (byId.size() > most) {
      byId.remove(byId.keySet().iterator().next());
    }
    return counts;
  }

  /** How many were built, failed ones left out. */
  long complete() {
    return manifests().stream().filter(DatasetManifest::getComplete).count();
  }

  /** Those that are closed, the newest first. */
  List<ClosedDataset> all() {
    List<ClosedDataset> all = new ArrayList<>();
    for (Counts counts : byId.values()) {
      if (counts.manifest != null) {
        all.add(new ClosedDataset(counts.manifest, counts.base, counts.later));
      }
    }
    all.sort(
        Comparator.comparingLong((ClosedDataset dataset) -> -dataset.manifest().getModelTime())
            .thenComparing(dataset -> dataset.manifest().getDatasetId()));
    return all;
  }

  private List<DatasetManifest> manifests() {
    return byId.values().stream()
        .map(counts -> counts.manifest)
        .filter(manifest -> manifest != null)
        .toList();
  }

  /** Those of a pair of model checkpoints that thresholds divide, for the planes. */
  List<ChosenDataset> divided(String initialId, String rehearsalId) {
    return manifests().stream()
        .filter(manifest -> manifest.getInitialCheckpointId().equals(initialId))
        .filter(manifest -> manifest.getRehearsalCheckpointId().equals(rehearsalId))
        .filter(manifest -> !manifest.getStrategy().isEmpty())
        .filter(manifest -> !manifest.getStrategy().equals(Strategy.VAN_TUNING.name()))
        .map(Datasets::chosen)
        .toList();
  }

  private static ChosenDataset chosen(DatasetManifest manifest) {
    return new ChosenDataset(
        manifest.getDatasetId(),
        Task.valueOf(Names.constant(manifest.getTask())),
        manifest.getStrategy(),
        manifest.getAnswerFrom(),
        manifest.getRefusalBound(),
        manifest.getFailure(),
        part(manifest.getAnswer()),
        part(manifest.getRefusal()),
        0,
        Set.of());
  }

  private static ChosenDataset.Part part(ClassCount count) {
    return new ChosenDataset.Part(
        count.getCandidates(),
        count.getUnsure(),
        count.getWanted(),
        (int) count.getQuestions(),
        Double.NaN);
  }
}
