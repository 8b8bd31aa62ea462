package dev.craftstream.flink;

import java.util.Iterator;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.KeyedStateBackend;

/**
 * A walk over the keys that have a value in a state, in {@link KeyOrder}, which may be interrupted
 * between any two of them. The state may change meanwhile; keys that come are left out. To be
 * closed.
 */
public final class KeyWalk implements AutoCloseable {
  private final Stream<String> keys;
  private final Iterator<String> rest;
  private String next;

  /** Begins before the first key. */
  public KeyWalk(KeyedStateBackend<String> backend, String state, KeyOrder order) {
    this(KeyedBackends.keys(backend, state, order));
  }

  /**
   * @param keys in {@link KeyOrder}; closed with this
   */
  public KeyWalk(Stream<String> keys) {
    this.keys = keys;
    rest = keys.iterator();
    step();
  }

  /** The next key; null at the end. */
  public String peek() {
    return next;
  }

  /** Goes on behind the next key. */
  public void step() {
    next = rest.hasNext() ? rest.next() : null;
  }

  @Override
  public void close() {
    keys.close();
  }
}
