package dev.craftstream.client.ui;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Server-sent events: the newest versions of the page's parts, whenever they change. A client that
 * reads slowly misses those in between; nothing waits for it but its own thread, and what it is
 * sent is made when it is ready. A stream ends after a while, and the browser asks for a new one.
 */
final class EventStream {
  private static final long BEAT_MILLIS = 5_000;

  private final Semaphore free;
  private final Supplier<String> newest;
  private final long lifeNanos;
  private volatile boolean closed;

  /**
   * @param clients how many there may be
   * @param newest the event's data, on one line
   * @param lifeSeconds how long a stream stays
   */
  EventStream(int clients, Supplier<String> newest, int lifeSeconds) {
    this.free = new Semaphore(clients);
    this.newest = newest;
    this.lifeNanos = TimeUnit.SECONDS.toNanos(lifeSeconds);
  }

  /** Something may have changed. */
  synchronized void wake() {
    notifyAll();
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /**
   * Sends events until the client goes or the stream's time is over.
   *
   * @return false where there are too many clients; then nothing was sent
   */
  boolean serve(HttpExchange exchange) throws IOException {
    if (!free.tryAcquire()) {
      return false;
    }
    try {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = exchange.getResponseBody()) {
        write(out, "retry: 1000\n\n");
        send(out);
      }
    } finally {
      free.release();
    }
    return true;
  }

  private void send(OutputStream out) throws IOException {
    long start = System.nanoTime();
    String sent = "";
    while (!closed && System.nanoTime() - start < lifeNanos) {
      String data = newest.get();
      // A comment where nothing has changed: writing tells that a client is gone.
      write(out, data.equals(sent) ? ": \n\n" : "data: " + data + "\n\n");
      sent = data;
      try {
        awaitChange(sent);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private synchronized void awaitChange(String sent) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS);
    long left = BEAT_MILLIS;
    while (!closed && left > 0 && newest.get().equals(sent)) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
  }
}
