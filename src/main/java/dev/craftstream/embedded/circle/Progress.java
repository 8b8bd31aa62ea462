package dev.craftstream.embedded.circle;

import dev.craftstream.model.dataset.Evaluation.Estimate;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a turn helped: the truthful helpfulness score of its model against the model of the turn
 * before, on the same held-out questions. It did where the whole interval lies above 0.
 *
 * @param turn which
 * @param score empty where it is undefined, since the model before is never wrong
 * @param confidence of the interval, between 0 and 1
 */
record Progress(Turn turn, Optional<Estimate> score, double confidence) {

  boolean helps() {
    return score.isPresent() && score.get().low() > 0;
  }

  String sentence() {
    String before = turn.number() == 1 ? "INITIAL" : "the turn before";
    if (score.isEmpty()) {
      return "Turn %d can't be compared with %s, which answers nothing wrongly."
          .formatted(turn.number(), before);
    }
    Estimate ths = score.get();
    String figures =
        String.format(
            Locale.ROOT,
            "THS %.1f, %.0f %% interval %.1f to %.1f, against %s",
            100 * ths.value(),
            100 * confidence,
            100 * ths.low(),
            100 * ths.high(),
            before);
    return helps()
        ? "Turn %d helps: %s.".formatted(turn.number(), figures)
        : "Turn %d does not surely help: %s. Another one is not expected to."
            .formatted(turn.number(), figures);
  }
}
