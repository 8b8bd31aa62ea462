package dev.craftstream.model.label;

/**
 * How sure a label and the knowledge flow are, given how many of the samples were correct. Each is
 * a probability, 0 to 1, of where the chance of a right answer lies; before any sample each chance
 * is as probable as any other. Where no samples were drawn, correctness is exact, and each is 0 or
 * 1.
 *
 * @param ofClass that the chance under INITIAL is of the class of correctness that the label rests
 *     on: known, unknown, or between the two; null where the label rests on none
 * @param falls that the chance is less under REHEARSAL than under INITIAL; null while REHEARSAL is
 *     not measured
 * @param rises that it is greater; null in the same way
 */
public record Sureness(Double ofClass, Double falls, Double rises) {

  /** Nothing is said. */
  public static final Sureness NONE = new Sureness(null, null, null);
}
