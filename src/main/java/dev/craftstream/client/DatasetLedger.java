package dev.craftstream.client;

import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.ChosenDataset;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import java.util.Collection;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The datasets and rehearsal sets so far: their manifests and members. */
final class DatasetLedger {
  private final Predicate<String> wanted;
  private final Map<String, DatasetManifest> manifests = new TreeMap<>();
  private final Map<String, Map<String, Member>> members = new HashMap<>();

  /** What a dataset's record says of its question. */
  private record Member(boolean answer, double certainty, boolean getsBetter) {}

  /**
   * @param wanted the ids of those whose members are kept; others are not looked at
   */
  DatasetLedger(Predicate<String> wanted) {
    this.wanted = wanted;
  }

  void add(DatasetManifest manifest) {
    if (wanted.test(manifest.getDatasetId())) {
      manifests.put(manifest.getDatasetId(), manifest);
    }
  }

  void add(DatasetRecord entry) {
    if (entry.getMark() == Mark.MARK_BASE && wanted.test(entry.getDatasetId())) {
      members
          .computeIfAbsent(entry.getDatasetId(), id -> new HashMap<>())
          .put(
              entry.getQuestionId(),
              new Member(
                  entry.getLabel() == Label.LABEL_ANSWER,
                  entry.getBasis().getInitialCertainty(),
                  entry.getBasis().getKnowledgeFlow() > 0));
    }
  }

  /** The manifests, by dataset id. */
  Map<String, DatasetManifest> manifests() {
    return Map.copyOf(manifests);
  }

  /** How many of the questions that a complete dataset's manifest counts have not come yet. */
  long missingRecords() {
    return manifests.values().stream()
        .filter(DatasetManifest::getComplete)
        .mapToLong(
            manifest ->
                Math.max(
                    0,
                    manifest.getAnswer().getQuestions()
                        + manifest.getRefusal().getQuestions()
                        - members.getOrDefault(manifest.getDatasetId(), Map.of()).size()))
        .sum();
  }

  /**
   * The datasets and rehearsal sets that no request asked for, of this pair of checkpoints.
   *
   * @param strategies in the order in which their datasets come; rehearsal sets come last
   */
  List<ChosenDataset> chosen(String initialId, String rehearsalId, List<Strategy> strategies) {
    List<String> order = strategies.stream().map(Strategy::name).toList();
    return manifests.values().stream()
        .filter(manifest -> isOf(manifest, initialId, rehearsalId))
        .map(this::chosen)
        .sorted(
            Comparator.comparing(ChosenDataset::isRehearsalSet)
                .thenComparing(ChosenDataset::task)
                .thenComparing(dataset -> order.indexOf(dataset.strategy())))
        .toList();
  }

  /** Whether the job chose a dataset or rehearsal set by itself for this pair of checkpoints. */
  static boolean isOf(DatasetManifest manifest, String initialId, String rehearsalId) {
    return manifest.getRequestId().isEmpty()
        && manifest.getInitialCheckpointId().equals(initialId)
        && (manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL
            || manifest.getRehearsalCheckpointId().equals(rehearsalId));
  }

  private ChosenDataset chosen(DatasetManifest manifest) {
    Map<String, Member> its = members.getOrDefault(manifest.getDatasetId(), Map.of());
    boolean isRehearsalSet = manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL;
    boolean isDivided =
        !isRehearsalSet && !manifest.getStrategy().equals(Strategy.VAN_TUNING.name());
    return new ChosenDataset(
        manifest.getDatasetId(),
        Task.valueOf(Names.constant(manifest.getTask())),
        isRehearsalSet ? "" : manifest.getStrategy(),
        isDivided ? manifest.getAnswerFrom() : Double.NaN,
        isDivided ? manifest.getRefusalBound() : Double.NaN,
        manifest.getFailure(),
        part(manifest.getAnswer(), its.values(), true),
        part(manifest.getRefusal(), its.values(), false),
        (int) its.values().stream().filter(m -> !m.answer && m.getsBetter).count(),
        Set.copyOf(its.keySet()));
  }

  private static ChosenDataset.Part part(
      ClassCount count, Collection<Member> members, boolean answers) {
    DoubleSummaryStatistics certainty =
        members.stream()
            .filter(member -> member.answer == answers)
            .mapToDouble(Member::certainty)
            .summaryStatistics();
    return new ChosenDataset.Part(
        count.getCandidates(),
        count.getUnsure(),
        count.getWanted(),
        (int) certainty.getCount(),
        certainty.getCount() == 0 ? Double.NaN : certainty.getAverage());
  }
}
