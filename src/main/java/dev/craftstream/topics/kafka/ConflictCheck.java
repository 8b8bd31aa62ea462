package dev.craftstream.topics.kafka;

import java.io.Serializable;
import java.time.Duration;

/**
 * How long a job that starts looks whether another is at work with its transactional ids.
 *
 * @param window how long no transaction may be committed for the ids to count as unused; at least
 *     the time between two Flink checkpoints, since a job with something to write commits with each
 * @param oldTasksEnd how long the tasks of a failed run may take to notice that they are to end
 */
public record ConflictCheck(Duration window, Duration oldTasksEnd) implements Serializable {}
