package dev.craftstream.client.replay;

import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Reason;
import java.time.Instant;
import java.util.Set;

/**
 * Which dead letters are to be replayed.
 *
 * @param reasons of these; empty for any
 * @param topics on records of these topics, prefix included; empty for any
 * @param ids on these questions, model checkpoints or requests; empty for any
 * @param since written at this time or later; null for any
 * @param until written before this time; null for any
 * @param maxReplays a record that was replayed this often already is left alone
 * @param limit at most so many are replayed, those first that were written first
 */
public record ReplayChoice(
    Set<Reason> reasons,
    Set<String> topics,
    Set<String> ids,
    Instant since,
    Instant until,
    int maxReplays,
    long limit) {

  /**
   * Whether a dead letter is one of them.
   *
   * @param key its record's key as text; empty where it has none
   * @param writtenAt its record's time, in milliseconds
   */
  boolean takes(DeadLetter letter, String key, long writtenAt) {
    return (reasons.isEmpty() || reasons.contains(letter.getReason()))
        && (topics.isEmpty() || topics.contains(letter.getTopic()))
        && (ids.isEmpty()
            || ids.contains(key)
            || ids.contains(letter.getQuestionId())
            || ids.contains(letter.getCheckpointId())
            || ids.contains(letter.getOriginalKey().toStringUtf8()))
        && (since == null || writtenAt >= since.toEpochMilli())
        && (until == null || writtenAt < until.toEpochMilli());
  }
}
