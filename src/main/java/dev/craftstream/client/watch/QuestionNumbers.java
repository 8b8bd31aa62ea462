package dev.craftstream.client.watch;

import dev.craftstream.method.Seeds;
import java.security.SecureRandom;

/**
 * Numbers questions from 0 in the order in which they are met. Kept of an id is a hash of 64 bits
 * with a secret of this process, so that nobody can choose ids that are taken for each other; 12
 * bytes, in a table that is a third to two thirds full.
 */
final class QuestionNumbers {
  private final long secret = new SecureRandom().nextLong();
  private long[] hashes = new long[1 << 12];
  private int[] numbers = new int[1 << 12];
  private int size;

  /** The question's number, or -1 where it was never met. */
  int find(String id) {
    int slot = slot(hash(id));
    return hashes[slot] == 0 ? -1 : numbers[slot];
  }

  /** The question's number, a new one where it was never met. */
  int of(String id) {
    long hash = hash(id);
    int slot = slot(hash);
    if (hashes[slot] == 0) {
      if (3 * (size + 1) > 2 * hashes.length) {
        grow();
        slot = slot(hash);
      }
      hashes[slot] = hash;
      numbers[slot] = size++;
    }
    return numbers[slot];
  }

  /** How many there are. */
  int size() {
    return size;
  }

  private long hash(String id) {
    long hash = Seeds.order(secret, id);
    return hash == 0 ? 1 : hash;
  }

  /** Where it is, or would be. */
  private int slot(long hash) {
    int slot = (int) hash & (hashes.length - 1);
    while (hashes[slot] != 0 && hashes[slot] != hash) {
      slot = (slot + 1) & (hashes.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] oldHashes = hashes;
    int[] oldNumbers = numbers;
    hashes = new long[2 * oldHashes.length];
    numbers = new int[2 * oldHashes.length];
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldHashes[i] != 0) {
        int slot = slot(oldHashes[i]);
        hashes[slot] = oldHashes[i];
        numbers[slot] = oldNumbers[i];
      }
    }
  }
}
