package dev.craftstream.testing;

import dev.craftstream.triton.ServerHealth;
import dev.craftstream.triton.Trouble;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a stand-in for the client has seen of its server. */
public final class CountedHealth implements ServerHealth {
  private final Map<Trouble, Long> failures = new ConcurrentHashMap<>();

  public void failed(Trouble trouble) {
    failures.merge(trouble, 1L, Long::sum);
  }

  @Override
  public long retries() {
    return 0;
  }

  @Override
  public long failures(Trouble trouble) {
    return failures.getOrDefault(trouble, 0L);
  }

  @Override
  public int models(Trouble trouble) {
    return 0;
  }
}
