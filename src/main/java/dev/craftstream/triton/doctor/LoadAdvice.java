package dev.craftstream.triton.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * How many questions the servers should be asked at once.
 *
 * @param requestsInFlight over all tasks, {@code tracker.requests-in-flight} times the parallelism
 * @param streamsInFlight over all tasks, {@code triton.streams-in-flight} times the parallelism; 0
 *     where the contract streams nothing
 * @param sentences the same in words, and what else the rates show
 */
public record LoadAdvice(int requestsInFlight, int streamsInFlight, List<String> sentences) {
  /** More in flight must bring more than this share. */
  private static final double WORTH_IT = 0.9;

  /**
   * Reads the rates.
   *
   * @param rates at least one
   * @param samples requests that a question makes; 0 where the contract streams nothing
   * @param streamsAllowed {@code triton.streams-in-flight}
   */
  static LoadAdvice of(List<Rate> rates, int samples, int streamsAllowed) {
    double highest = rates.stream().mapToDouble(Rate::perSecond).max().orElseThrow();
    List<Rate> byLoad = rates.stream().sorted(Comparator.comparingInt(Rate::inFlight)).toList();
    Rate best =
        byLoad.stream().filter(r -> r.perSecond() >= WORTH_IT * highest).findFirst().orElseThrow();
    List<String> sentences = new ArrayList<>();
    sentences.add(
        say(
            "%d in flight are best: %.1f questions/s of %.1f at most. Set tracker.requests-in-flight"
                + " to %d divided by the parallelism.",
            best.inFlight(), best.perSecond(), highest, best.inFlight()));
    int streams = samples * best.inFlight();
    if (streams > 0) {
      sentences.add(
          say(
              "A question makes %d requests. Set triton.streams-in-flight to %d divided by the"
                  + " parallelism, and max_num_seqs in the model's model.json to at least %d for each"
                  + " server's share.",
              samples, streams, streams));
    }
    Rate most = byLoad.get(byLoad.size() - 1);
    if (best.equals(most) && byLoad.size() > 1) {
      sentences.add(
          say(
              "The rate still grew at %d; look further with --in-flight %d,%d.",
              most.inFlight(), most.inFlight(), 4 * most.inFlight()));
    }
    for (Rate rate : byLoad) {
      if (rate.streamsWaiting() > 0) {
        sentences.add(
            say(
                "At %d in flight up to %d requests waited, since triton.streams-in-flight is %d.",
                rate.inFlight(), rate.streamsWaiting(), streamsAllowed));
      }
      if (rate.overloaded() > 0) {
        sentences.add(
            say(
                "At %d in flight the server had no room %d times, and the requests were sent again;"
                    + " stay below that, or lengthen its queue.",
                rate.inFlight(), rate.overloaded()));
      }
      if (rate.failed() > 0) {
        sentences.add(say("At %d in flight %d questions failed.", rate.inFlight(), rate.failed()));
      }
    }
    return new LoadAdvice(best.inFlight(), streams, sentences);
  }

  private static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
