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

  public static final ConfigOption<Boolean> START_GO_BACK =
      key("start.go-back")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Lets a job start from a savepoint or Flink checkpoint that it has gone on from. It asks"
                  + " again what it was asked since, and writes it a second time. Set it for one start"
                  + " and take it out again: without it, a savepoint that was left in the command of"
                  + " an earlier start does no harm. Noticed where output is exactly-once, and later"
                  + " than the savepoint by more than a minute.");
}
