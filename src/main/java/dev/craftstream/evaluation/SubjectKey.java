package dev.craftstream.evaluation;

import dev.craftstream.model.Task;

/**
 * Which questions a count in state is of. Being a key of map state, its fields stay as they are.
 *
 * @param subject empty for those that name none
 */
public record SubjectKey(Task task, String subject) {}
