package dev.craftstream.triton.client;

import io.grpc.Status;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What a server has to do for this client: its requests that are under way, and as many more as
 * have failed since it last answered, within ten seconds. Without these, a server that fails at
 * once, or refuses for want of room, would seem to have nothing to do and draw all requests.
 */
final class ServerLoad {
  private static final long REMEMBERED_NANOS = Duration.ofSeconds(10).toNanos();

  private final LongSupplier nanoClock;
  private int underWay;
  private int failures;
  private long failedAt;

  ServerLoad(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  synchronized int toDo() {
    return underWay + (failures > 0 && remembers() ? failures : 0);
  }

  private boolean remembers() {
    return nanoClock.getAsLong() - failedAt <= REMEMBERED_NANOS;
  }

  synchronized Request begun() {
    underWay++;
    return new Request();
  }

  private synchronized void ended() {
    underWay--;
  }

  private synchronized void failed() {
    failures = remembers() ? failures + 1 : 1;
    failedAt = nanoClock.getAsLong();
  }

  private synchronized void answered() {
    failures = 0;
  }

  /** One request to the server; used by the thread that its stream belongs to. */
  final class Request {
    private boolean judged;

    /** What the request's answer says of the server, be its stream's status another. */
    void judged(boolean answers) {
      judged = true;
      if (answers) {
        answered();
      } else {
        failed();
      }
    }

    /** Its stream is closed, which happens once. */
    void ended(Status status) {
      ServerLoad.this.ended();
      if (!judged && StatusKinds.of(status, true) != null) {
        failed();
      }
    }
  }
}
