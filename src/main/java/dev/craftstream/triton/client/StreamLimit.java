package dev.craftstream.triton.client;

import java.util.ArrayDeque;
import java.util.Deque;

/** Lets so many requests be under way at once; the others start in the order in which they came. */
public final class StreamLimit {
  private final int most;
  private final Deque<Start> waiting = new ArrayDeque<>();
  private int underWay;

  /**
   * @param most at least 1
   */
  public StreamLimit(int most) {
    this.most = most;
  }

  /** Starts a request that says {@link StreamLimit#ended} when it is over. */
  public interface Start {
    /** Returns whether it has started; false where it is not wanted any more. */
    boolean start();
  }

  /** Starts it now or, where as many are under way as may be, later and on another thread. */
  public void start(Start request) {
    synchronized (this) {
      if (underWay >= most) {
        waiting.add(request);
        return;
      }
      underWay++;
    }
    if (!request.start()) {
      ended();
    }
  }

  /** One that had started is over. */
  public void ended() {
    Start next = next();
    while (next != null && !next.start()) {
      next = next();
    }
  }

  /** How many wait for their turn. */
  public synchronized int waiting() {
    return waiting.size();
  }

  private synchronized Start next() {
    Start next = waiting.poll();
    if (next == null) {
      underWay--;
    }
    return next;
  }
}
