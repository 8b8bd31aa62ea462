package dev.craftstream.torture;

import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.time.Instant;
import java.util.List;

/**
 * All that the job has committed.
 *
 * @param datasets records of datasets and of rehearsal sets
 */
record Output(
    List<Committed<KnowledgeRecord>> knowledge,
    List<Committed<Instruction>> instructions,
    List<Committed<DatasetRecord>> datasets,
    List<Committed<DatasetManifest>> manifests,
    List<Committed<Evaluation>> evaluations,
    List<Committed<DeadLetter>> deadLetters) {

  /**
   * A record in its topic.
   *
   * @param value null for a tombstone
   * @param written when the job's producer got it
   */
  record Committed<T>(String key, T value, int partition, long offset, Instant written) {}
}
