package dev.craftstream.model.checkpoint;

import dev.craftstream.model.OriginalRecord;

/**
 * A record of the model-checkpoints topic.
 *
 * @param checkpointId the checkpoint's id
 * @param modelTime the record's offset + 1
 * @param announced what was announced, at this model time; null where the checkpoint was retired
 * @param original the record itself, for a dead letter
 */
public record ModelCheckpointEvent(
    String checkpointId, long modelTime, ModelCheckpoint announced, OriginalRecord original) {}
