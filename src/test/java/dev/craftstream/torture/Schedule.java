package dev.craftstream.torture;

import dev.craftstream.torture.Fault.Kind;
import dev.craftstream.torture.Schedule.Planned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Which faults strike, in which order, how long they last and how long the job is left alone before
 * each: the same for the same seed.
 */
record Schedule(List<Planned> faults) {

  /**
   * A fault to come.
   *
   * @param pause how long after the recovery from the one before it strikes
   * @param lasts how long it lasts; of a process that is killed, until it is started again
   * @param pick chooses among several targets
   */
  record Planned(Kind kind, Duration pause, Duration lasts, int pick) {}

  /**
   * @param times how often each kind strikes
   * @param seed of the order and of the pauses
   * @param minPause least pause before a fault
   * @param maxPause longest pause before a fault
   * @param standstill how long what is stopped, slow or mute stays so
   */
  static Schedule of(
      Map<Kind, Integer> times,
      long seed,
      Duration minPause,
      Duration maxPause,
      Duration standstill) {
    Random random = new Random(seed);
    List<Kind> kinds = new ArrayList<>();
    times.forEach((kind, count) -> kinds.addAll(Collections.nCopies(count, kind)));
    Collections.sort(kinds);
    Collections.shuffle(kinds, random);
    List<Planned> planned = new ArrayList<>();
    for (Kind kind : kinds) {
      planned.add(
          new Planned(
              kind,
              between(random, minPause, maxPause),
              switch (kind) {
                case SERVER_STOPPED, CONNECTION_SLOW, CONNECTION_MUTE -> standstill;
                default -> between(random, Duration.ofSeconds(2), Duration.ofSeconds(5));
              },
              random.nextInt(Integer.MAX_VALUE)));
    }
    return new Schedule(List.copyOf(planned));
  }

  private static Duration between(Random random, Duration least, Duration most) {
    long span = most.minus(least).toMillis();
    return least.plusMillis(span == 0 ? 0 : random.nextLong(span));
  }
}
