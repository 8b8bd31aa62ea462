package dev.craftstream.method;

import dev.craftstream.model.dataset.Ties;
import java.util.Arrays;

/**
 * The best n of the ranks that were offered, in memory of size n: 16 bytes each, however many are
 * offered and however many of them tie.
 */
public final class BestRanks {
  private static final int FIRST_CAPACITY = 16;

  private final int size;
  private final Ties ties;

  /** A heap whose root, the element at 0, is the worst. */
  private double[] scores;

  private long[] hashes;
  private int count;
  private long tied;

  /** Takes a rank's two parts. */
  @FunctionalInterface
  public interface Action {
    void accept(double score, long hash) throws Exception;
  }

  /**
   * @param size n, at least 0
   * @param ties whether ranks that have the score of the n-th still count as among the best
   */
  public BestRanks(int size, Ties ties) {
    this.size = size;
    this.ties = ties;
    scores = new double[Math.min(size, FIRST_CAPACITY)];
    hashes = new long[scores.length];
  }

  /** Whether no rank with this score can be among the best. */
  public boolean rejects(double score) {
    return size == 0 || (count == size && score > scores[0]);
  }

  /** The same as {@link #offer(double, long)}. */
  public boolean offer(Rank rank) {
    return offer(rank.score(), rank.hash());
  }

  /**
   * Takes a rank in, and puts the worst out where there are more than n.
   *
   * @return whether it is among the best of those offered so far
   */
  public boolean offer(double score, long hash) {
    if (size == 0) {
      return false;
    }
    // Adding 0.0 makes -0.0 and 0.0 the same.
    double normal = score + 0.0;
    if (count < size) {
      add(normal, hash);
      return true;
    }
    if (Rank.compare(normal, hash, scores[0], hashes[0]) < 0) {
      double before = scores[0];
      sink(normal, hash);
      tied = scores[0] == before ? tied + 1 : 0;
      return true;
    }
    if (normal == scores[0]) {
      tied++;
      return ties == Ties.KEEP_ALL;
    }
    return false;
  }

  /** How many ranks it holds, at most n. */
  public int count() {
    return count;
  }

  /** How many were offered that are not among the n and have the score of the n-th. */
  public long tied() {
    return tied;
  }

  /** The worst of the best; null while nothing was offered. */
  public Rank worst() {
    return count == 0 ? null : new Rank(scores[0], hashes[0]);
  }

  /** Does something with each of the best, in any order. */
  public void forEach(Action action) throws Exception {
    for (int i = 0; i < count; i++) {
      action.accept(scores[i], hashes[i]);
    }
  }

  /** The hashes of the best, the best first. Empties it. */
  public long[] takeHashesInOrder() {
    long[] inOrder = new long[count];
    while (count > 0) {
      inOrder[count - 1] = hashes[0];
      count--;
      sink(scores[count], hashes[count]);
    }
    tied = 0;
    return inOrder;
  }

  private void add(double score, long hash) {
    if (count == scores.length) {
      int capacity = (int) Math.min(size, 2L * count);
      scores = Arrays.copyOf(scores, capacity);
      hashes = Arrays.copyOf(hashes, capacity);
    }
    int at = count++;
    while (at > 0) {
      int parent = (at - 1) / 2;
      if (Rank.compare(scores[parent], hashes[parent], score, hash) >= 0) {
        break;
      }
      put(at, scores[parent], hashes[parent]);
      at = parent;
    }
    put(at, score, hash);
  }

  /** Puts a rank in the place of the root, and the worst of all there. */
  private void sink(double score, long hash) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= count) {
        break;
      }
      if (child + 1 < count
          && Rank.compare(scores[child + 1], hashes[child + 1], scores[child], hashes[child]) > 0) {
        child++;
      }
      if (Rank.compare(score, hash, scores[child], hashes[child]) >= 0) {
        break;
      }
      put(at, scores[child], hashes[child]);
      at = child;
    }
    if (count > 0) {
      put(at, score, hash);
    }
  }

  private void put(int at, double score, long hash) {
    scores[at] = score;
    hashes[at] = hash;
  }
}
