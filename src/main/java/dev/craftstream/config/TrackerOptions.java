package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;

/** Options of the knowledge tracker. */
public final class TrackerOptions {
  private TrackerOptions() {}

  public static final ConfigOption<Integer> TRACKER_REQUESTS_IN_FLIGHT =
      key("tracker.requests-in-flight")
          .intType()
          .defaultValue(8)
          .withDescription(
              "Questions that each parallel task asks at the same time, at least 2. Times the"
                  + " parallelism it should fill the servers and not much more.");

  public static final ConfigOption<Boolean> TRACKER_ADAPTIVE_CONCURRENCY =
      key("tracker.adaptive-concurrency")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether each parallel task asks fewer questions at the same time while the server has"
                  + " no room for more (RESOURCE_EXHAUSTED, a full queue) or does not answer in time:"
                  + " a tenth less after each round with such a failure, one more after any other, at"
                  + " most tracker.requests-in-flight. Longer latency alone changes nothing.");

  public static final ConfigOption<Integer> TRACKER_ATTEMPTS =
      key("tracker.attempts")
          .intType()
          .defaultValue(5)
          .withDescription(
              "How often a question is asked in vain, while its checkpoint answers others, before"
                  + " it becomes a dead letter. Attempts during an outage do not count.");

  public static final ConfigOption<Duration> TRACKER_FIRST_BACK_OFF =
      key("tracker.back-off.first")
          .durationType()
          .defaultValue(Duration.ofMillis(500))
          .withDescription(
              "How long a question rests after a failed attempt; doubles, with jitter.");

  public static final ConfigOption<Duration> TRACKER_MAX_BACK_OFF =
      key("tracker.back-off.max")
          .durationType()
          .defaultValue(Duration.ofSeconds(15))
          .withDescription("How long a question rests at most.");

  public static final ConfigOption<Long> TRACKER_CEILING_REQUESTS =
      key("tracker.ceiling.requests")
          .longType()
          .defaultValue(0L)
          .withDescription(
              "How many inference requests a model checkpoint may cost. Where it is reached, the"
                  + " checkpoint is paused: no further question is asked under it, and others go on."
                  + " Each parallel task has its share. ./craft request go-on lets it go on for as"
                  + " much again. 0: no ceiling.");

  public static final ConfigOption<Long> TRACKER_CEILING_TOKENS =
      key("tracker.ceiling.tokens")
          .longType()
          .defaultValue(0L)
          .withDescription(
              "The same for tokens, those of prompts and generated ones together. It is of use only"
                  + " where the model's server tells tokens. 0: no ceiling.");
}
