package dev.craftstream.client.exchange;

import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Mark;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One dataset or rehearsal set as its records are read, in the order of their topic: first
 * incomplete, then as its manifest closes it, then with what happened to it since.
 *
 * <p>A question's records lie in one partition in the order in which they were written, so the last
 * one read is what holds. Their revisions don't tell: they begin at 1 again where a question comes
 * back after it was removed, and where a job starts anew without its state.
 *
 * <p>The job makes its topics so that no record replaces another. Where somebody compacts them all
 * the same, Kafka may keep of a question that changed the newest record alone. Such a question was
 * in the dataset, or came later; which, its record no longer says.
 */
public final class CollectedDataset {
  private final String id;
  private final Map<String, DatasetRecord> base = new HashMap<>();
  private final Map<String, DatasetRecord> newest = new HashMap<>();
  private DatasetManifest manifest;
  private boolean manifestRemoved;

  public CollectedDataset(String id) {
    this.id = id;
  }

  public String id() {
    return id;
  }

  /** The newest manifest; null takes back what was read before. */
  public void manifest(DatasetManifest newManifest) {
    manifest = newManifest;
    manifestRemoved = newManifest == null;
  }

  /** The next record of this dataset. */
  public void add(DatasetRecord record) {
    newest.put(record.getQuestionId(), record);
    if (record.getMark() == Mark.MARK_BASE) {
      base.put(record.getQuestionId(), record);
    }
  }

  /** All of this question's records are taken back. */
  public void remove(String questionId) {
    newest.remove(questionId);
    base.remove(questionId);
  }

  /** Null until it is read. */
  public DatasetManifest manifest() {
    return manifest;
  }

  /** Whether there was a manifest that was taken back since. */
  public boolean manifestRemoved() {
    return manifestRemoved;
  }

  /** How many questions were read of those that the manifest counts. */
  public int baseQuestions() {
    return base.size();
  }

  /** How many questions the manifest counts. */
  public long wantedQuestions() {
    return manifest.getAnswer().getQuestions() + manifest.getRefusal().getQuestions();
  }

  /** Whether all that the manifest counts was read. */
  public boolean isComplete() {
    return manifest != null && manifest.getComplete() && base.size() >= wantedQuestions();
  }

  /**
   * Whether more was read than the manifest counts. A job writes each question into a dataset once,
   * so the records are of two runs that gave it the same id, or of two tries of a run without
   * transactions; which question is of which, they don't say.
   */
  public boolean isMixed() {
    return manifest != null && manifest.getComplete() && base.size() > wantedQuestions();
  }

  /**
   * Whether all that the topic still has of it was read, once the topic was read to its end: what
   * is missing was replaced by later records.
   */
  public boolean isCompleteButForReplaced() {
    return manifest != null
        && manifest.getComplete()
        && base.size() + replaced() >= wantedQuestions();
  }

  private long replaced() {
    return newest.values().stream()
        .filter(record -> !base.containsKey(record.getQuestionId()))
        .filter(record -> record.getRevision() > 1)
        .count();
  }

  /** As the manifest closed it, without what came later. Complete only where it is complete. */
  public ExportedDataset asOfManifest() {
    return ExportedDataset.of(manifest, base.values(), ExportedDataset.Changes.NONE);
  }

  /** The records of the questions that are in it now, by question id. */
  public List<DatasetRecord> present() {
    return new TreeMap<>(newest)
        .values().stream().filter(record -> record.getMark() != Mark.MARK_REMOVED).toList();
  }

  /** With all that happened since. */
  public ExportedDataset asOfNow() {
    return ExportedDataset.of(
        manifest,
        present(),
        new ExportedDataset.Changes(
            count(Mark.MARK_ADDED), count(Mark.MARK_CHANGED), count(Mark.MARK_REMOVED)));
  }

  private long count(Mark mark) {
    return newest.values().stream().filter(record -> record.getMark() == mark).count();
  }
}
