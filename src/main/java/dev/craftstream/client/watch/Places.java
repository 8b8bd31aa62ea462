package dev.craftstream.client.watch;

import dev.craftstream.client.RecordPlace;
import java.util.ArrayList;
import java.util.List;

/** Where the records on each question lie, in 12 bytes each. */
final class Places {
  static final int BYTES = 12;
  private static final int PARTITION_BITS = 16;
  private static final int OFFSET_BITS = 44;

  private final List<String> topics;
  private final Chunks.OfInts newest = new Chunks.OfInts();
  private final Chunks.OfLongs places = new Chunks.OfLongs();
  private final Chunks.OfInts before = new Chunks.OfInts();
  private int size = 1;

  /**
   * @param topics those that places may be in, 16 at most
   */
  Places(List<String> topics) {
    this.topics = topics;
  }

  /** How many bytes the places take. */
  long bytes() {
    return (long) BYTES * size;
  }

  void add(int number, RecordPlace place) {
    int topic = topics.indexOf(place.topic());
    if (topic >= 0
        && place.partition() < 1 << PARTITION_BITS
        && place.offset() < 1L << OFFSET_BITS) {
      places.set(
          size,
          (long) topic << PARTITION_BITS + OFFSET_BITS
              | (long) place.partition() << OFFSET_BITS
              | place.offset());
      before.set(size, newest.get(number));
      newest.set(number, size++);
    }
  }

  void remove(int number) {
    newest.set(number, 0);
  }

  /**
   * A question's places, the newest first.
   *
   * @param most at most so many
   */
  List<RecordPlace> of(int number, int most) {
    List<RecordPlace> all = new ArrayList<>();
    for (int at = newest.get(number); at != 0 && all.size() < most; at = before.get(at)) {
      long place = places.get(at);
      all.add(
          new RecordPlace(
              topics.get((int) (place >>> PARTITION_BITS + OFFSET_BITS)),
              (int) (place >>> OFFSET_BITS) & (1 << PARTITION_BITS) - 1,
              place & (1L << OFFSET_BITS) - 1,
              0));
    }
    return all;
  }
}
