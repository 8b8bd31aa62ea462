package dev.craftstream.model.message;

import dev.craftstream.model.checkpoint.ModelCheckpoint;

/**
 * A model checkpoint may cost once more what its ceiling is.
 *
 * @param requestId the request that asked for it
 * @param checkpoint the model checkpoint
 */
public record GoOn(String requestId, ModelCheckpoint checkpoint) {}
