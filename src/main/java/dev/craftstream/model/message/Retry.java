package dev.craftstream.model.message;

import dev.craftstream.model.checkpoint.ModelCheckpoint;
import java.util.List;

/**
 * Questions that a model checkpoint is to be asked again.
 *
 * @param requestId the request that asked for it
 * @param checkpoint the checkpoint; only what it failed to answer is asked again
 * @param questionIds the questions; at least one
 */
public record Retry(String requestId, ModelCheckpoint checkpoint, List<String> questionIds) {}
