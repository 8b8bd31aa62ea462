package dev.craftstream.embedded.circle;

import dev.craftstream.model.label.Strategy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One time around: the ids of its model checkpoints.
 *
 * @param number from 1
 */
record Turn(int number) {
  private static final String PREFIX = "turn-";
  private static final String TRAINERS_INITIAL = "{initial}";
  private static final String REHEARSAL = "-rehearsal";

  /** The INITIAL checkpoint. */
  String initial() {
    return PREFIX + number;
  }

  /** The REHEARSAL checkpoint. */
  String rehearsal() {
    return initial() + REHEARSAL;
  }

  /** The TUNED checkpoint of a strategy's datasets. */
  String tuned(Strategy strategy) {
    return initial() + suffix(strategy);
  }

  /** All of its checkpoints. */
  List<String> checkpoints(List<Strategy> strategies) {
    return Stream.concat(Stream.of(initial(), rehearsal()), strategies.stream().map(this::tuned))
        .toList();
  }

  Turn next() {
    return new Turn(number + 1);
  }

  /** The one before; none before the first. */
  Optional<Turn> before() {
    return number == 1 ? Optional.empty() : Optional.of(new Turn(number - 1));
  }

  /** How the trainer is to name REHEARSAL checkpoints. */
  static String rehearsalIds() {
    return TRAINERS_INITIAL + REHEARSAL;
  }

  /** How the trainer is to name TUNED checkpoints. */
  static String tunedIds(Strategy strategy) {
    return TRAINERS_INITIAL + suffix(strategy);
  }

  private static String suffix(Strategy strategy) {
    return "-" + strategy.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
