package dev.craftstream.client.watch;

import dev.craftstream.client.report.RunData;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import java.util.Map;

/**
 * The sample under one INITIAL checkpoint.
 *
 * @param initial null where none was measured
 * @param rehearsal its newest REHEARSAL that was measured; null where there is none
 * @param flows of all questions, by task
 * @param data for the pictures of the report
 */
public record Plane(
    ModelCheckpoint initial,
    ModelCheckpoint rehearsal,
    Map<Task, Measurements.Flow> flows,
    RunData data) {}
