package dev.craftstream.flink;

import java.util.function.BooleanSupplier;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.InternalTimerServiceImpl;
import org.apache.flink.streaming.api.operators.Triggerable;

/**
 * A queue of keys in keyed state, lowest time first. Each entry is an event-time timer of its key,
 * so the queue costs no heap, survives failures and is split with the keys.
 *
 * <p>Timers fire when {@link #drain} pulls them, never by a watermark that comes in.
 */
public final class PulledTimers {
  private final InternalTimerServiceImpl<String, VoidNamespace> timers;
  private long drainedTo = -1;

  /** What happens to a key when its turn comes; the key is the current one. */
  @FunctionalInterface
  public interface Turn {
    void take(String key, long due) throws Exception;
  }

  /** Makes the operator's timer services; {@link AbstractStreamOperator} has the method. */
  @FunctionalInterface
  public interface TimerServices {
    InternalTimerService<VoidNamespace> create(
        String name,
        VoidNamespaceSerializer serializer,
        Triggerable<String, VoidNamespace> triggerable);
  }

  /**
   * @param name names the state, for ever
   */
  @SuppressWarnings("unchecked") // Keys and namespace are those of the Triggerable.
  public PulledTimers(String name, TimerServices services, Turn turn) {
    InternalTimerService<VoidNamespace> service =
        services.create(
            name,
            VoidNamespaceSerializer.INSTANCE,
            new Triggerable<String, VoidNamespace>() {
              @Override
              public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
                turn.take(timer.getKey(), timer.getTimestamp());
              }

              @Override
              public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
                throw new IllegalStateException("There are no processing-time timers here.");
              }
            });
    // Only the implementation can advance one service apart from the operator's others.
    if (!(service instanceof InternalTimerServiceImpl<?, ?>)) {
      throw new IllegalStateException(
          "Flink's timer service is a %s, which can't be advanced apart from the operator's others. Use the version of Flink that this job is built for."
              .formatted(service.getClass().getName()));
    }
    timers = (InternalTimerServiceImpl<String, VoidNamespace>) service;
  }

  /** Queues the current key at {@code due}; queuing it twice at one time is queuing it once. */
  public void schedule(long due) {
    timers.registerEventTimeTimer(VoidNamespace.INSTANCE, due);
    drainedTo = Math.min(drainedTo, due - 1);
  }

  /** Takes turns up to {@code due} while {@code mayGoOn}. */
  public void drain(long due, BooleanSupplier mayGoOn) throws Exception {
    if (drainedTo < due
        && mayGoOn.getAsBoolean()
        && timers.tryAdvanceWatermark(due, () -> !mayGoOn.getAsBoolean())) {
      drainedTo = due;
    }
  }

  /** No key waits here at this time or before; -1 where that is not known. */
  public long drainedTo() {
    return drainedTo;
  }
}
