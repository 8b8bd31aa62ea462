package dev.craftstream.testing;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerHealth;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a stand-in for the client has seen of its server. */
public final class CountedHealth implements ServerHealth {
  private final Map<FailureKind, Long> failures = new ConcurrentHashMap<>();

  public void failed(FailureKind trouble) {
    failures.merge(trouble, 1L, Long::sum);
  }

  @Override
  public long retries() {
    return 0;
  }

  @Override
  public long emptyAnswers() {
    return 0;
  }

  @Override
  public long failures(FailureKind trouble) {
    return failures.getOrDefault(trouble, 0L);
  }

  @Override
  public int models(FailureKind trouble) {
    return 0;
  }

  @Override
  public int streamsWaiting() {
    return 0;
  }
}
