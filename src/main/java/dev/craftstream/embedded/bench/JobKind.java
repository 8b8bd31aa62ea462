package dev.craftstream.embedded.bench;

import dev.craftstream.CurationJob;
import dev.craftstream.config.CurationSettings;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A job that is measured.
 *
 * @param name for people
 * @param what it is made of
 * @param guarantee as {@code kafka.delivery-guarantee} has it
 * @param parallelism tasks of each stage
 */
record JobKind(String name, What what, String guarantee, int parallelism) {
  private static final String EXACTLY_ONCE = "exactly-once";

  static final JobKind CURATION = new JobKind("craft-stream", What.CURATION, EXACTLY_ONCE, 2);
  static final JobKind PASS_THROUGH =
      new JobKind("bytes through", What.PASS_THROUGH, EXACTLY_ONCE, 2);
  static final JobKind READ_AND_WRITE =
      new JobKind("question read, written", What.READ_AND_WRITE, EXACTLY_ONCE, 2);
  static final JobKind AT_LEAST_ONCE =
      new JobKind("craft-stream, at-least-once", What.CURATION, "at-least-once", 2);
  static final JobKind ONE_TASK =
      new JobKind("craft-stream, one task", What.CURATION, EXACTLY_ONCE, 1);

  enum What {
    CURATION,
    PASS_THROUGH,
    READ_AND_WRITE
  }

  /** Whether it has model checkpoints. */
  boolean curates() {
    return what == What.CURATION;
  }

  void define(StreamExecutionEnvironment env, CurationSettings settings) {
    switch (what) {
      case CURATION -> CurationJob.define(env, settings, InProcessModel::new);
      case PASS_THROUGH -> BareJob.passThrough(env, settings.kafka());
      case READ_AND_WRITE -> BareJob.readAndWrite(env, settings.kafka(), settings.limits());
    }
  }
}
