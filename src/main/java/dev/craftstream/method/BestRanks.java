package dev.craftstream.method;

import dev.craftstream.model.Ties;
import java.util.Collections;
import java.util.PriorityQueue;

/** The best n of the ranks that were offered, in memory of size n. */
public final class BestRanks {
  private final int size;
  private final Ties ties;
  private final PriorityQueue<Rank> worstFirst = new PriorityQueue<>(Collections.reverseOrder());

  /**
   * @param size n, at least 0
   * @param ties whether ranks that have the score of the n-th still count as among the best
   */
  public BestRanks(int size, Ties ties) {
    this.size = size;
    this.ties = ties;
  }

  /** Whether no rank with this score can be among the best. */
  public boolean rejects(double score) {
    return size == 0 || (worstFirst.size() == size && score > worstFirst.peek().score());
  }

  /**
   * Takes a rank in, and puts the worst out where there are more than n.
   *
   * @return whether it is among the best of those offered so far
   */
  public boolean offer(Rank rank) {
    if (size == 0) {
      return false;
    }
    if (worstFirst.size() < size) {
      return worstFirst.add(rank);
    }
    Rank worst = worstFirst.peek();
    if (rank.compareTo(worst) < 0) {
      worstFirst.poll();
      return worstFirst.add(rank);
    }
    return ties == Ties.KEEP_ALL && rank.score() == worst.score();
  }

  /** The worst of the best; null while nothing was offered. */
  public Rank worst() {
    return worstFirst.peek();
  }
}
