package dev.craftstream.client.ui;

import dev.craftstream.client.watch.FlinkWatch;
import dev.craftstream.client.watch.TopicFollower;
import dev.craftstream.client.watch.Watch;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What the page is a view of.
 *
 * @param source where the topics are, for people
 * @param position how far the topics are read
 * @param flink how the jobs are; null where Flink is not asked
 * @param finder finds questions
 * @param clock with the zone that times are shown in
 */
public record View(
    String source,
    Watch watch,
    Supplier<TopicFollower.Position> position,
    Supplier<FlinkWatch.State> flink,
    Finder finder,
    Clock clock) {}
