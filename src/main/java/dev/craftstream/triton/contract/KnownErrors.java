package dev.craftstream.triton.contract;

import dev.craftstream.triton.client.ErrorAdvice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Failures that come again however often a question is asked, known by parts of their words. Those
 * of a server of recorded answers are among them, whatever model it stands for.
 */
abstract class KnownErrors implements ErrorAdvice {
  private static final String UNRECORDED = "No recorded sample matches";
  private static final String ASK_ALIKE = "Ask as the recorded run asked, or ask the model itself";

  private final Map<String, String> advice;

  /**
   * @param advice what to do, by the words that tell the failure; the first that is found counts
   */
  KnownErrors(Map<String, String> advice) {
    this.advice = new LinkedHashMap<>(advice);
    this.advice.put(UNRECORDED, ASK_ALIKE);
  }

  @Override
  public final Optional<String> on(String words) {
    return words == null
        ? Optional.empty()
        : advice.entrySet().stream()
            .filter(known -> words.contains(known.getKey()))
            .map(Map.Entry::getValue)
            .findFirst();
  }
}
