package dev.craftstream.triton;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerHealth;

/** What two clients have seen of their servers, together. */
record BothHealths(ServerHealth one, ServerHealth other) implements ServerHealth {
  @Override
  public long retries() {
    return one.retries() + other.retries();
  }

  @Override
  public long failures(FailureKind trouble) {
    return one.failures(trouble) + other.failures(trouble);
  }

  @Override
  public long emptyAnswers() {
    return one.emptyAnswers() + other.emptyAnswers();
  }

  @Override
  public int models(FailureKind trouble) {
    return one.models(trouble) + other.models(trouble);
  }

  @Override
  public int streamsWaiting() {
    return one.streamsWaiting() + other.streamsWaiting();
  }
}
