package dev.craftstream.knowledge;

import dev.craftstream.model.Cost;

/**
 * Adds up what asking a question costs, over all of its requests and attempts. Is added to by any
 * thread.
 */
public final class Spending {
  private Cost soFar = Cost.NONE;

  /** A request goes to a server. */
  public void sent() {
    add(new Cost(1, 0, 0, 0));
  }

  /** An answer says how many tokens its request took. */
  public void told(long promptTokens, long generatedTokens) {
    add(new Cost(0, 1, promptTokens, generatedTokens));
  }

  public synchronized void add(Cost more) {
    soFar = soFar.plus(more);
  }

  public synchronized Cost soFar() {
    return soFar;
  }
}
