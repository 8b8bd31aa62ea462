package dev.craftstream.flink;

import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;

/** What operators need to know of the keyed state backend beyond the state itself. */
public final class KeyedBackends {
  private KeyedBackends() {}

  /**
   * Refuses timers on the heap beside state in RocksDB. Flink saves these before {@code
   * snapshotState} is called, so timers that an operator registers there would be lost.
   *
   * @throws IllegalStateException says which option to set
   */
  public static void requireTimersOfSnapshots(KeyedStateBackend<?> backend) {
    if (backend instanceof AbstractKeyedStateBackend<?> known
        && known.requiresLegacySynchronousTimerSnapshots(CheckpointType.CHECKPOINT)) {
      throw new IllegalStateException(
          "Timers lie on the heap beside RocksDB, where Flink saves them before the questions in"
              + " flight are queued again: a failure would lose these. Set"
              + " state.backend.rocksdb.timer-service.factory to ROCKSDB.");
    }
  }

  /**
   * The keys that have a value in the state, in this order. The state may change while the stream
   * is read; keys that come meanwhile are left out. To be closed.
   */
  public static Stream<String> keys(
      KeyedStateBackend<String> backend, String state, KeyOrder order) {
    Stream<String> keys = backend.getKeys(state, VoidNamespace.INSTANCE);
    // The heap's own stream has no order and does not bear changes; there, all is on the heap.
    return backend instanceof HeapKeyedStateBackend ? order.sorted(keys) : keys;
  }
}
