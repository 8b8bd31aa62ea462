package dev.craftstream.model.message;

import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import java.util.stream.Stream;

/**
 * What all trackers are told, in one order.
 *
 * @param checkpoint a model checkpoint comes or goes; null where none does
 * @param survey all questions are to be looked through; null where none is. Beside a checkpoint:
 *     the survey that is made for it, which no measurement comes before
 * @param retry some questions are to be asked again; null where none are
 * @param goOn a model checkpoint may cost more; null where none may
 */
public record Directive(ModelCheckpointEvent checkpoint, Survey survey, Retry retry, GoOn goOn) {

  public Directive {
    boolean isAboutQuestions = checkpoint != null || survey != null;
    if (Stream.of(isAboutQuestions, retry != null, goOn != null).filter(is -> is).count() != 1) {
      throw new IllegalArgumentException(
          "A directive holds a retry, or that a model checkpoint goes on, or a model checkpoint, a"
              + " survey or both of them.");
    }
  }

  public static Directive of(ModelCheckpointEvent checkpoint) {
    return new Directive(checkpoint, null, null, null);
  }

  public static Directive of(ModelCheckpointEvent checkpoint, Survey itsSurvey) {
    return new Directive(checkpoint, itsSurvey, null, null);
  }

  public static Directive of(Survey survey) {
    return new Directive(null, survey, null, null);
  }

  public static Directive of(Retry retry) {
    return new Directive(null, null, retry, null);
  }

  public static Directive of(GoOn goOn) {
    return new Directive(null, null, null, goOn);
  }
}
