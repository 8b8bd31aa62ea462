package dev.craftstream.tracking;

import java.util.function.BooleanSupplier;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.InternalTimerServiceImpl;
import org.apache.flink.streaming.api.operators.Triggerable;

/**
 * Questions that wait for their turn, lowest model time first. Each is an event-time timer of its
 * key, so the lane lies in the state backend, costs no heap, survives failures and is split with
 * the keys.
 *
 * <p>Timers fire when {@link #drain} pulls them, never by a watermark that comes in.
 */
final class Lane {
  private final InternalTimerServiceImpl<String, VoidNamespace> timers;
  private long drainedTo = -1;

  /** What happens to a question when its turn comes; the key is set. */
  interface Turn {
    void take(String questionId, Lane lane, long due) throws Exception;
  }

  /** The part of an operator that makes timer services. */
  interface TimerServices {
    InternalTimerService<VoidNamespace> create(
        String name, Triggerable<String, VoidNamespace> triggerable);
  }

  @SuppressWarnings("unchecked")
  Lane(String name, TimerServices services, Turn turn) {
    // Only the implementation can advance one service apart from the operator's others.
    timers =
        (InternalTimerServiceImpl<String, VoidNamespace>)
            services.create(
                name,
                new Triggerable<String, VoidNamespace>() {
                  @Override
                  public void onEventTime(InternalTimer<String, VoidNamespace> timer)
                      throws Exception {
                    turn.take(timer.getKey(), Lane.this, timer.getTimestamp());
                  }

                  @Override
                  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
                    throw new IllegalStateException("A lane has no processing-time timers.");
                  }
                });
  }

  /** Queues the current key at {@code due}; queuing it twice at one time is queuing it once. */
  void schedule(long due) {
    timers.registerEventTimeTimer(VoidNamespace.INSTANCE, due);
    drainedTo = Math.min(drainedTo, due - 1);
  }

  /** Takes turns up to {@code due} while {@code mayGoOn}. */
  void drain(long due, BooleanSupplier mayGoOn) throws Exception {
    if (drainedTo < due
        && mayGoOn.getAsBoolean()
        && timers.tryAdvanceWatermark(due, () -> !mayGoOn.getAsBoolean())) {
      drainedTo = due;
    }
  }

  /** No question waits here at this model time or before; -1 where that is not known. */
  long drainedTo() {
    return drainedTo;
  }
}
