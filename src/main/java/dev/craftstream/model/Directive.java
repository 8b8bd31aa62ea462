package dev.craftstream.model;

/**
 * What all trackers are told, in one order.
 *
 * @param checkpoint a model checkpoint comes or goes; null for a survey alone
 * @param survey all questions are to be looked through; null for none. Beside a checkpoint: the
 *     survey that is made for it, which no measurement comes before
 */
public record Directive(ModelCheckpointEvent checkpoint, Survey survey) {

  public static Directive of(ModelCheckpointEvent checkpoint) {
    return new Directive(checkpoint, null);
  }

  public static Directive of(ModelCheckpointEvent checkpoint, Survey itsSurvey) {
    return new Directive(checkpoint, itsSurvey);
  }

  public static Directive of(Survey survey) {
    return new Directive(null, survey);
  }
}
