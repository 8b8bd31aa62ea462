package dev.craftstream.triton.client;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerHealth;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;

/**
 * Keeps which models are in which {@link FailureKind}, and says it in the log: once when it begins,
 * once a minute while it lasts, once when it is over. A trouble that comes and goes is said to
 * begin at most once a minute.
 */
final class Outages implements ServerHealth {
  private static final long REPEAT_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long QUIET_NANOS = Duration.ofSeconds(30).toNanos();

  private final Logger log;
  private final String servers;
  private final LongSupplier nanoClock;
  private final IntSupplier streamsWaiting;
  private final Map<FailureKind, LongAdder> failures = new EnumMap<>(FailureKind.class);
  private final LongAdder retries = new LongAdder();
  private final LongAdder emptyAnswers = new LongAdder();
  private final Map<Key, Outage> outages = new HashMap<>();
  private boolean closed;

  private record Key(ServedModel model, FailureKind trouble) {}

  private static final class Outage {
    boolean lasts;

    /** Whether its beginning was said, so that its end is. */
    boolean said;

    long saidAt;
    long began;
    long lastFailure;
    long attempts;
    long requests;
    String detail;

    Outage(long saidAt) {
      this.saidAt = saidAt;
    }
  }

  Outages(Logger log, String servers, LongSupplier nanoClock, IntSupplier streamsWaiting) {
    this.log = log;
    this.servers = servers;
    this.nanoClock = nanoClock;
    this.streamsWaiting = streamsWaiting;
    for (FailureKind trouble : FailureKind.values()) {
      failures.put(trouble, new LongAdder());
    }
  }

  void retried() {
    retries.increment();
  }

  void emptyAnswers(long more) {
    emptyAnswers.add(more);
  }

  /**
   * An attempt failed.
   *
   * @param first whether it is its request's first failure in this way
   * @param detail what the server or the connection said
   */
  synchronized void failed(ServedModel model, FailureKind trouble, boolean first, String detail) {
    if (closed) {
      return;
    }
    failures.get(trouble).increment();
    long now = nanoClock.getAsLong();
    Outage outage =
        outages.computeIfAbsent(new Key(model, trouble), key -> new Outage(now - REPEAT_NANOS));
    if (!outage.lasts) {
      outage.lasts = true;
      outage.said = false;
      outage.began = now;
      outage.attempts = 0;
      outage.requests = 0;
    }
    outage.lastFailure = now;
    outage.attempts++;
    outage.requests += first || outage.requests == 0 ? 1 : 0;
    outage.detail = detail;
    if (!outage.said && now - outage.saidAt >= REPEAT_NANOS) {
      say(outage, now);
      log.warn(
          "{} at {} {}; requests wait and are sent again. {}",
          capitalized(model),
          servers,
          trouble.words(),
          detail);
    }
  }

  /** The server said something about the model, be it that it is not ready. */
  void replied(ServedModel model) {
    end(model, FailureKind.End.REPLY, FailureKind.End.REPLY);
  }

  /** The model answered a request, or refused it as wrong. */
  void answered(ServedModel model) {
    end(model, FailureKind.End.REPLY, FailureKind.End.ANSWER);
  }

  private synchronized void end(ServedModel model, FailureKind.End one, FailureKind.End other) {
    if (outages.isEmpty()) {
      return;
    }
    outages.forEach(
        (key, outage) -> {
          FailureKind.End end = key.trouble.end();
          if (outage.lasts && key.model.equals(model) && (end == one || end == other)) {
            over(key, outage, "answers again");
          }
        });
  }

  /**
   * Says what still lasts, and ends what is over without an answer.
   *
   * @param isAsked whether requests of a model are under way
   */
  synchronized void check(Predicate<ServedModel> isAsked) {
    long now = nanoClock.getAsLong();
    Iterator<Map.Entry<Key, Outage>> entries = outages.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<Key, Outage> entry = entries.next();
      Key key = entry.getKey();
      Outage outage = entry.getValue();
      long quiet = now - outage.lastFailure;
      if (!outage.lasts) {
        if (now - outage.saidAt >= REPEAT_NANOS) {
          entries.remove();
        }
      } else if (key.trouble.end() == FailureKind.End.QUIET && quiet >= QUIET_NANOS) {
        over(key, outage, "has answered without failure for " + seconds(quiet));
      } else if (quiet >= REPEAT_NANOS && !isAsked.test(key.model)) {
        over(key, outage, "is not asked any more");
      } else if (now - outage.saidAt >= REPEAT_NANOS) {
        say(outage, now);
        log.warn(
            "{} at {} {} since {}: {} requests had to wait, {} attempts failed. {}",
            capitalized(key.model),
            servers,
            key.trouble.words(),
            seconds(now - outage.began),
            outage.requests,
            outage.attempts,
            outage.detail);
      }
    }
  }

  /** From now on failures are the client's own doing. */
  synchronized void close() {
    closed = true;
  }

  private static void say(Outage outage, long now) {
    outage.said = true;
    outage.saidAt = now;
  }

  private void over(Key key, Outage outage, String how) {
    outage.lasts = false;
    if (outage.said) {
      log.info(
          "{} at {} {} after {} (it {}): {} requests had to wait, {} attempts failed.",
          capitalized(key.model),
          servers,
          how,
          seconds(
              (key.trouble.end() == FailureKind.End.QUIET
                      ? outage.lastFailure
                      : nanoClock.getAsLong())
                  - outage.began),
          key.trouble.words(),
          outage.requests,
          outage.attempts);
    }
  }

  private static String seconds(long nanos) {
    return Math.round(nanos / 1e8) / 10.0 + " s";
  }

  private static String capitalized(ServedModel model) {
    String text = model.toString();
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  @Override
  public int streamsWaiting() {
    return streamsWaiting.getAsInt();
  }

  @Override
  public long retries() {
    return retries.sum();
  }

  @Override
  public long emptyAnswers() {
    return emptyAnswers.sum();
  }

  @Override
  public long failures(FailureKind trouble) {
    return failures.get(trouble).sum();
  }

  @Override
  public synchronized int models(FailureKind trouble) {
    int models = 0;
    for (Map.Entry<Key, Outage> entry : outages.entrySet()) {
      if (entry.getKey().trouble == trouble && entry.getValue().lasts) {
        models++;
      }
    }
    return models;
  }
}
