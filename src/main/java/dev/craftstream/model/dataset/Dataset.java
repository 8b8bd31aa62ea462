package dev.craftstream.model.dataset;

import dev.craftstream.model.checkpoint.ModelCheckpoint;

/**
 * A dataset to be made, or made.
 *
 * @param id names it for ever
 * @param selection which questions make it
 * @param initial the INITIAL checkpoint whose knowledge decides
 * @param rehearsal its REHEARSAL checkpoint; null for a rehearsal set, which comes before it
 * @param requestId the request that asked for it; empty where a model checkpoint did
 * @param knowledgePromptVersion version of the knowledge query's prompt as the job asks now
 * @param trainingPromptVersion version of the prompt in its records
 * @param liveUntil when it is forgotten, by the planner's clock in milliseconds since 1970; 0 for
 *     never
 */
public record Dataset(
    String id,
    Selection selection,
    ModelCheckpoint initial,
    ModelCheckpoint rehearsal,
    String requestId,
    String knowledgePromptVersion,
    String trainingPromptVersion,
    long liveUntil) {

  /** Whether its time is over. */
  public boolean isOver(long time) {
    return liveUntil > 0 && liveUntil <= time;
  }

  /** Whether it rests on what the checkpoint announced at {@code announcedAt} knows. */
  public boolean restsOn(long announcedAt) {
    return initial.announcedAt() == announcedAt
        || (rehearsal != null && rehearsal.announcedAt() == announcedAt);
  }
}
