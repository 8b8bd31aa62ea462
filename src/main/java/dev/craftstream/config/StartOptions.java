package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import org.apache.flink.configuration.ConfigOption;

/** Options of the job's start. */
public final class StartOptions {
  private StartOptions() {}

  public static final ConfigOption<Boolean> START_ANEW =
      key("start.anew")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Lets a job without state start although its topics hold what an earlier run wrote. It"
                  + " asks every question again and writes everything a second time. Set it for one"
                  + " start and take it out again: without it, a job that lost its state by mistake"
                  + " does not start, and says from which savepoint or Flink checkpoint it can.");
}
