package dev.craftstream.model.knowledge;

import dev.craftstream.model.checkpoint.ModelCheckpoint;

/** What {@code checkpoint} knows of a question. */
public record CheckpointKnowledge(ModelCheckpoint checkpoint, KnowledgeState state) {}
