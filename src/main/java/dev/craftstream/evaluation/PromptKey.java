package dev.craftstream.evaluation;

import dev.craftstream.model.Task;

/**
 * Which answers a count in state is of: those to one task's questions, asked with one version of
 * the prompt. Being a key of map state, its fields stay as they are.
 */
public record PromptKey(Task task, String version) {}
