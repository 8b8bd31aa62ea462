package dev.craftstream.model;

/** What {@code checkpoint} knows of a question. */
public record CheckpointKnowledge(ModelCheckpoint checkpoint, KnowledgeState state) {}
