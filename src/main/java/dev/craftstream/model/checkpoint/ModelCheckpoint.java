package dev.craftstream.model.checkpoint;

/**
 * One set of weights, as announced.
 *
 * @param id names the weights for ever; 1 to 256 characters
 * @param announcedAt model time of the first announcement, from 1; identifies the checkpoint in
 *     state
 * @param role its place in the method
 * @param baseId the INITIAL checkpoint that a REHEARSAL or TUNED one was made from; else empty
 * @param serving where it is served
 */
public record ModelCheckpoint(
    String id, long announcedAt, Role role, String baseId, Serving serving) {

  /** Whether it goes when that checkpoint is retired: it is that one, or was made from it. */
  public boolean goesWith(String retiredId) {
    return id.equals(retiredId) || baseId.equals(retiredId);
  }

  /** The same checkpoint, served where {@code announcedAgain} says. */
  public ModelCheckpoint movedTo(ModelCheckpoint announcedAgain) {
    return new ModelCheckpoint(id, announcedAt, role, baseId, announcedAgain.serving);
  }
}
