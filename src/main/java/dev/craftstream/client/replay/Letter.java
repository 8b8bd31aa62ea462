package dev.craftstream.client.replay;

import dev.craftstream.model.Origin;
import dev.craftstream.v1.Reason;
import org.apache.kafka.common.TopicPartition;

/**
 * What is kept of a dead letter while it is decided on; its bytes are fetched when they are
 * written.
 *
 * @param partition where the dead letter lies
 * @param offset where the dead letter lies
 * @param writtenAt its record's time, in milliseconds
 * @param origin where the record lies that it is on
 * @param subject what that record is about, as {@link Subjects} has it; null where it does not say
 * @param replays how often that record had been replayed
 * @param isCut whether only the beginning of the record is kept
 */
record Letter(
    int partition,
    long offset,
    long writtenAt,
    Reason reason,
    Origin origin,
    String subject,
    int replays,
    boolean isCut) {

  /** Where the record lies that it is on. */
  TopicPartition source() {
    return new TopicPartition(origin.topic(), origin.partition());
  }
}
