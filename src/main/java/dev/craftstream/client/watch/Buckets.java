package dev.craftstream.client.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Counts over time, in any order of coming: at most so many buckets, which become twice as wide
 * where they would be more.
 */
final class Buckets {
  private final int kinds;
  private final int most;
  private final NavigableMap<Long, long[]> counts = new TreeMap<>();
  private long width = 1_000;

  /**
   * What was counted in one bucket.
   *
   * @param from its beginning, in milliseconds
   * @param counts of each kind
   */
  record Bucket(long from, long[] counts) {}

  /**
   * @param kinds how many things are counted
   * @param most how many buckets there may be between the first time and the last
   */
  Buckets(int kinds, int most) {
    this.kinds = kinds;
    this.most = most;
  }

  /**
   * Counts.
   *
   * @param time in milliseconds, above 0
   * @param change may be below 0, where something is no more
   */
  void add(long time, int kind, int change) {
    long first = counts.isEmpty() ? time : Math.min(counts.firstKey() * width, time);
    long last = counts.isEmpty() ? time : Math.max(counts.lastKey() * width, time);
    while (last / width - first / width >= most) {
      widen();
    }
    counts.computeIfAbsent(time / width, bucket -> new long[kinds])[kind] += change;
  }

  private void widen() {
    width *= 2;
    Map<Long, long[]> narrow = new TreeMap<>(counts);
    counts.clear();
    narrow.forEach(
        (bucket, its) -> {
          long[] wide = counts.computeIfAbsent(bucket / 2, b -> new long[kinds]);
          for (int kind = 0; kind < kinds; kind++) {
            wide[kind] += its[kind];
          }
        });
  }

  /** In milliseconds. */
  long width() {
    return width;
  }

  /** Those in which anything was counted, the oldest first. */
  List<Bucket> all() {
    List<Bucket> all = new ArrayList<>();
    counts.forEach((bucket, its) -> all.add(new Bucket(bucket * width, its.clone())));
    return all;
  }
}
