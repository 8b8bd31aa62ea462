package dev.craftstream.model;

/**
 * What all trackers are told, in one order: exactly one of these is set.
 *
 * @param checkpoint a model checkpoint comes or goes
 * @param survey all questions are to be looked through
 * @param retry some questions are to be asked again
 */
public record Directive(ModelCheckpointEvent checkpoint, Survey survey, Retry retry) {

  public static Directive of(ModelCheckpointEvent checkpoint) {
    return new Directive(checkpoint, null, null);
  }

  public static Directive of(Survey survey) {
    return new Directive(null, survey, null);
  }

  public static Directive of(Retry retry) {
    return new Directive(null, null, retry);
  }
}
