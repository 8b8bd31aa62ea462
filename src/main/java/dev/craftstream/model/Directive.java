package dev.craftstream.model;

/**
 * What all trackers are told, in one order: exactly one of the two is set.
 *
 * @param checkpoint a model checkpoint comes or goes
 * @param survey all questions are to be looked through
 */
public record Directive(ModelCheckpointEvent checkpoint, Survey survey) {

  public static Directive of(ModelCheckpointEvent checkpoint) {
    return new Directive(checkpoint, null);
  }

  public static Directive of(Survey survey) {
    return new Directive(null, survey);
  }
}
