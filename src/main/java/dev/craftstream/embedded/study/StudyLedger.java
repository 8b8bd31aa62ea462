package dev.craftstream.embedded.study;

import dev.craftstream.client.OutputRecords;
import dev.craftstream.client.RecordHandler;
import dev.craftstream.embedded.study.StudyData.Measure;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Purpose;
import dev.craftstream.v1.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What the study needs of the job's output topics. Safe for several threads. */
final class StudyLedger implements RecordHandler {
  private final Map<String, Map<String, Measure>> measures = new HashMap<>();
  private final Map<String, Map<String, Verdict>> verdicts = new HashMap<>();
  private final Map<String, Set<String>> failed = new HashMap<>();
  private final Map<String, String> refusals = new HashMap<>();
  private final Map<String, DatasetManifest> manifests = new HashMap<>();
  private final Map<String, Map<String, Label>> members = new HashMap<>();
  private final Topics topics;
  private final List<String> unmet = new ArrayList<>();

  StudyLedger(Topics topics) {
    this.topics = topics;
  }

  @Override
  public synchronized void add(KnowledgeRecord entry) {
    if (entry.getPurpose() == Purpose.PURPOSE_EVALUATE) {
      verdicts
          .computeIfAbsent(entry.getCheckpointId(), id -> new TreeMap<>())
          .put(entry.getQuestionId(), OutputRecords.verdict(entry));
    } else {
      measures
          .computeIfAbsent(entry.getCheckpointId(), id -> new TreeMap<>())
          .put(
              entry.getQuestionId(),
              new Measure(entry.getSamples(), entry.getCorrectSamples(), entry.getCertainty()));
    }
  }

  @Override
  public synchronized void add(DeadLetter letter, long writtenAt) {
    if (letter.getReason() == Reason.REASON_UNUSABLE_ANSWER) {
      failed
          .computeIfAbsent(letter.getCheckpointId(), id -> new HashSet<>())
          .add(letter.getQuestionId());
    } else if (letter.getTopic().equals(topics.modelCheckpoints())) {
      refusals.putIfAbsent(letter.getCheckpointId(), letter.getExplanation());
    } else if (letter.getTopic().equals(topics.requests())) {
      unmet.add(letter.getExplanation());
    }
  }

  @Override
  public synchronized void add(DatasetManifest manifest) {
    manifests.put(manifest.getDatasetId(), manifest);
  }

  @Override
  public synchronized void add(DatasetRecord record) {
    if (record.getMark() == Mark.MARK_BASE) {
      members
          .computeIfAbsent(record.getDatasetId(), id -> new TreeMap<>())
          .put(record.getQuestionId(), record.getLabel());
    }
  }

  /** How many questions have their answer, or their dead letter, under a model checkpoint. */
  synchronized int done(String checkpointId) {
    Set<String> ids = new HashSet<>(failed.getOrDefault(checkpointId, Set.of()));
    ids.addAll(measures.getOrDefault(checkpointId, Map.of()).keySet());
    ids.addAll(verdicts.getOrDefault(checkpointId, Map.of()).keySet());
    return ids.size();
  }

  /** What is known of the questions to train on, by their ids. */
  synchronized Map<String, Measure> measures(String checkpointId) {
    return new TreeMap<>(measures.getOrDefault(checkpointId, Map.of()));
  }

  /** How the test questions were answered, by their ids. */
  synchronized Map<String, Verdict> verdicts(String checkpointId) {
    return new TreeMap<>(verdicts.getOrDefault(checkpointId, Map.of()));
  }

  /**
   * Checks that the job did not refuse a request.
   *
   * @throws IllegalStateException with the reason where it did
   */
  synchronized void requireMet(String requestId) {
    for (String explanation : unmet) {
      // Asked for again after an interruption: the first one was met.
      if (explanation.startsWith("Request " + requestId + " ")
          && !explanation.contains("was met before")) {
        throw new IllegalStateException(explanation);
      }
    }
  }

  /** Why the job did not take a model checkpoint. */
  synchronized Optional<String> refusal(String checkpointId) {
    return Optional.ofNullable(refusals.get(checkpointId));
  }

  /** A dataset's manifest, once all of its members are there. */
  synchronized Optional<DatasetManifest> manifest(String datasetId) {
    DatasetManifest manifest = manifests.get(datasetId);
    return manifest == null
            || members(datasetId).size()
                < manifest.getAnswer().getQuestions() + manifest.getRefusal().getQuestions()
        ? Optional.empty()
        : Optional.of(manifest);
  }

  /** The labels of a dataset's questions, by their ids. */
  synchronized Map<String, Label> members(String datasetId) {
    return new TreeMap<>(members.getOrDefault(datasetId, Map.of()));
  }
}
