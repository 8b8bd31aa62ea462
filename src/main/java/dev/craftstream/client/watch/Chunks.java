package dev.craftstream.client.watch;

import java.util.ArrayList;
import java.util.List;

/** Lists of numbers that begin as zeros and grow by a chunk, so that nothing is copied. */
final class Chunks {
  private static final int SHIFT = 14;
  private static final int SIZE = 1 << SHIFT;
  private static final int MASK = SIZE - 1;

  private Chunks() {}

  /** Of one byte each. */
  static final class OfBytes {
    private final List<byte[]> chunks = new ArrayList<>();

    int get(int index) {
      int chunk = index >>> SHIFT;
      return chunk < chunks.size() ? chunks.get(chunk)[index & MASK] & 0xff : 0;
    }

    void set(int index, int value) {
      while (index >>> SHIFT >= chunks.size()) {
        chunks.add(new byte[SIZE]);
      }
      chunks.get(index >>> SHIFT)[index & MASK] = (byte) value;
    }
  }

  /** Of four bytes each. */
  static final class OfInts {
    private final List<int[]> chunks = new ArrayList<>();

    int get(int index) {
      int chunk = index >>> SHIFT;
      return chunk < chunks.size() ? chunks.get(chunk)[index & MASK] : 0;
    }

    void set(int index, int value) {
      while (index >>> SHIFT >= chunks.size()) {
        chunks.add(new int[SIZE]);
      }
      chunks.get(index >>> SHIFT)[index & MASK] = value;
    }

    /** How many there may be others than zero: no index from here on was set. */
    int size() {
      return chunks.size() << SHIFT;
    }
  }

  /** Of eight bytes each. */
  static final class OfLongs {
    private final List<long[]> chunks = new ArrayList<>();

    long get(int index) {
      int chunk = index >>> SHIFT;
      return chunk < chunks.size() ? chunks.get(chunk)[index & MASK] : 0;
    }

    void set(int index, long value) {
      while (index >>> SHIFT >= chunks.size()) {
        chunks.add(new long[SIZE]);
      }
      chunks.get(index >>> SHIFT)[index & MASK] = value;
    }
  }
}
