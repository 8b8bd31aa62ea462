package dev.craftstream.model.message;

import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.dataset.Request;

/**
 * What the admission let through: one of the two.
 *
 * @param checkpoint a model checkpoint comes or goes; null where none does
 * @param request a request, behind the announcements of the checkpoints that it names; null where
 *     there is none
 */
public record Admitted(ModelCheckpointEvent checkpoint, Request request) {

  public Admitted {
    if ((checkpoint == null) == (request == null)) {
      throw new IllegalArgumentException(
          "The admission lets through either a model checkpoint or a request.");
    }
  }

  public static Admitted of(ModelCheckpointEvent checkpoint) {
    return new Admitted(checkpoint, null);
  }

  public static Admitted of(Request request) {
    return new Admitted(null, request);
  }
}
