package dev.craftstream.triton.contract;

import dev.craftstream.triton.client.ErrorAdvice;
import java.util.Map;
import java.util.Optional;

/** Failures that come again however often a question is asked, known by parts of their words. */
abstract class KnownErrors implements ErrorAdvice {
  private final Map<String, String> advice;

  /**
   * @param advice what to do, by the words that tell the failure; the first that is found counts
   */
  KnownErrors(Map<String, String> advice) {
    this.advice = advice;
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
