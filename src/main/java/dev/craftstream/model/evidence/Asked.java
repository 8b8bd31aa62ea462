package dev.craftstream.model.evidence;

import java.util.List;

/**
 * A request to a model, as its server gets it. Two that are equal, but for the seeds, ask the same.
 *
 * @param prompt the whole prompt
 * @param seeds one for each sample, unsigned; none where letters are weighed
 * @param temperature 0: the likeliest token each time
 * @param maxTokens longest text
 * @param stop what the server ends a text at
 * @param letters the options' letters, where these are weighed; else none
 */
public record Asked(
    String prompt,
    List<Long> seeds,
    double temperature,
    int maxTokens,
    List<String> stop,
    List<String> letters) {

  /** Samples are asked for. */
  public static Asked samples(
      String prompt, List<Long> seeds, double temperature, int maxTokens, List<String> stop) {
    return new Asked(prompt, seeds, temperature, maxTokens, stop, List.of());
  }

  /** Probabilities of letters as the next token are asked for. */
  public static Asked letters(String prompt, List<String> letters) {
    return new Asked(prompt, List.of(), 0, 1, List.of(), letters);
  }
}
