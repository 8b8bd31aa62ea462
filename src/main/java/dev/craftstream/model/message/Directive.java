package dev.craftstream.model.message;

import dev.craftstream.model.ModelCheckpointEvent;

/**
 * What all trackers are told, in one order.
 *
 * @param checkpoint a model checkpoint comes or goes; null where none does
 * @param survey all questions are to be looked through; null where none is. Beside a checkpoint:
 *     the survey that is made for it, which no measurement comes before
 * @param retry some questions are to be asked again; null where none are
 */
public record Directive(ModelCheckpointEvent checkpoint, Survey survey, Retry retry) {

  public Directive {
    boolean isRetry = retry != null;
    if (isRetry == (checkpoint != null || survey != null)) {
      throw new IllegalArgumentException(
          "A directive holds a retry, or a model checkpoint, a survey or both of them.");
    }
  }

  public static Directive of(ModelCheckpointEvent checkpoint) {
    return new Directive(checkpoint, null, null);
  }

  public static Directive of(ModelCheckpointEvent checkpoint, Survey itsSurvey) {
    return new Directive(checkpoint, itsSurvey, null);
  }

  public static Directive of(Survey survey) {
    return new Directive(null, survey, null);
  }

  public static Directive of(Retry retry) {
    return new Directive(null, null, retry);
  }
}
