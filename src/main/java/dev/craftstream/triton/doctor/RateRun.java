package dev.craftstream.triton.doctor;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerHealth;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

/** Keeps a number of questions in flight for some time, and then waits for the last ones. */
final class RateRun {
  /** A server that fails as often is not asked on. */
  private static final int MOST_FAILURES = 20;

  private final int inFlight;
  private final ServerHealth health;
  private final Semaphore free;
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger streamsWaiting = new AtomicInteger();
  private final LongAdder nanos = new LongAdder();

  private RateRun(int inFlight, ServerHealth health) {
    this.inFlight = inFlight;
    this.health = health;
    this.free = new Semaphore(inFlight);
  }

  /**
   * Runs for {@code time} and until what is in flight then has ended, each at its deadline.
   *
   * @param ask asks the question with that number
   */
  static Rate of(
      int inFlight, Duration time, ServerHealth health, IntFunction<CompletableFuture<?>> ask)
      throws InterruptedException {
    return new RateRun(inFlight, health).run(time, ask);
  }

  private Rate run(Duration time, IntFunction<CompletableFuture<?>> ask)
      throws InterruptedException {
    long overloadedBefore = health.failures(FailureKind.OVERLOADED);
    long start = System.nanoTime();
    long end = start + time.toNanos();
    int asked = 0;
    while (failed.get() < MOST_FAILURES
        && free.tryAcquire(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
      if (System.nanoTime() - end >= 0) {
        free.release();
        break;
      }
      long sent = System.nanoTime();
      var unused = ask.apply(asked++).whenComplete((answer, failure) -> ended(sent, failure));
      streamsWaiting.accumulateAndGet(health.streamsWaiting(), Math::max);
    }
    free.acquire(inFlight);
    double seconds = (System.nanoTime() - start) / 1e9;
    int ended = answered.get() + failed.get();
    return new Rate(
        inFlight,
        answered.get(),
        failed.get(),
        seconds,
        answered.get() / seconds,
        ended == 0 ? 0 : nanos.sum() / 1e9 / ended,
        health.failures(FailureKind.OVERLOADED) - overloadedBefore,
        streamsWaiting.get());
  }

  private void ended(long sent, Throwable failure) {
    nanos.add(System.nanoTime() - sent);
    (failure == null ? answered : failed).incrementAndGet();
    free.release();
  }
}
