package dev.craftstream.triton;

import dev.craftstream.knowledge.Measurement;
import dev.craftstream.model.evidence.JudgeReply;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What a model answered to a question.
 *
 * @param undecided texts that a judge model has to be asked about first; mostly none
 * @param measuring makes the measurement of its replies, by text
 */
record Answered(Set<String> undecided, Function<Map<String, JudgeReply>, Measurement> measuring) {

  /** Nothing has to be asked. */
  static Answered decided(Measurement measurement) {
    return new Answered(Set.of(), replies -> measurement);
  }
}
