package dev.craftstream.embedded.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Clients that ask the same server the same, in turn. Ratios are of the same round, which is what a
 * shared machine allows to compare.
 */
final class ClientComparison {
  private final List<Contender> contenders;
  private final String endpoint;
  private final Duration time;
  private final Consumer<String> progress;

  /**
   * @param contenders the project's own client first
   * @param time for each client, level and round
   * @param progress told what is measured next
   */
  ClientComparison(
      List<Contender> contenders, String endpoint, Duration time, Consumer<String> progress) {
    this.contenders = List.copyOf(contenders);
    this.endpoint = endpoint;
    this.time = time;
    this.progress = progress;
  }

  /** In each round every client is asked at each level; who begins changes. */
  List<ClientFigures> run(List<Integer> levels, int rounds) throws Exception {
    Map<String, List<Rate>> rates = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      List<Contender> inTurn = new ArrayList<>(contenders);
      Collections.rotate(inTurn, round);
      for (int inFlight : levels) {
        for (Contender contender : inTurn) {
          progress.accept(
              "round %d of %d: %s, %d in flight"
                  .formatted(round + 1, rounds, contender.name(), inFlight));
          rates
              .computeIfAbsent(key(contender, inFlight), key -> new ArrayList<>())
              .add(contender.ask(endpoint, inFlight, time));
        }
      }
    }
    List<ClientFigures> figures = new ArrayList<>();
    for (int inFlight : levels) {
      List<Rate> own = rates.get(key(contenders.get(0), inFlight));
      for (Contender contender : contenders) {
        List<Rate> its = rates.get(key(contender, inFlight));
        figures.add(
            new ClientFigures(
                contender.name(),
                inFlight,
                Spread.of(its, Rate::perSecond),
                Spread.of(its, Rate::perProcessorSecond),
                Spread.ratio(own, its, Rate::perSecond),
                Spread.ratio(own, its, Rate::perProcessorSecond)));
      }
    }
    return figures;
  }

  private static String key(Contender contender, int inFlight) {
    return contender.name() + " " + inFlight;
  }
}
