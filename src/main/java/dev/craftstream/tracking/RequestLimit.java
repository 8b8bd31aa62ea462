package dev.craftstream.tracking;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.FixedLimit;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many questions may be asked at the same time: at first as many as the settings allow, a tenth
 * less after each round in which the server had no room or did not answer in time, one more after
 * any other. A round is as many answers as there are slots.
 *
 * <p>Additive increase, multiplicative decrease, because it looks at refusals only. Limits that go
 * by latency take the longer answers of a server that batches more, or of questions that need more
 * tokens, for a queue, and cost throughput where nothing is wrong.
 *
 * <p>A round without any answer never ends, so that an outage leaves the limit as it is.
 */
final class RequestLimit {
  private final Limit limit;
  private final LongSupplier rejections;
  private long rejectionsBefore;
  private boolean hadNoRoom;
  private int answers;

  /**
   * @param rejections how many attempts the server had no room for since the start
   */
  RequestLimit(TrackerSettings settings, LongSupplier rejections) {
    this.rejections = rejections;
    int most = settings.requestsInFlight();
    limit =
        settings.adaptiveConcurrency()
            ? AIMDLimit.newBuilder()
                .initialLimit(most)
                .minLimit(TrackerSettings.FEWEST_REQUESTS)
                .maxLimit(most)
                // Latency alone is no reason to go back.
                .timeout(Long.MAX_VALUE, TimeUnit.NANOSECONDS)
                .build()
            : FixedLimit.of(most);
  }

  int now() {
    return limit.getLimit();
  }

  /**
   * An answer came.
   *
   * @param inFlight requests in flight at that time, this one included
   */
  void answered(long startedNanos, long nanos, int inFlight) {
    answers++;
    if (answers >= now()) {
      long rejectionsNow = rejections.getAsLong();
      limit.onSample(startedNanos, nanos, inFlight, hadNoRoom || rejectionsNow > rejectionsBefore);
      rejectionsBefore = rejectionsNow;
      hadNoRoom = false;
      answers = 0;
    }
  }

  /** A request was not answered by its deadline. */
  void timedOut() {
    hadNoRoom = true;
  }
}
