package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Makes sure that a test leaves no Kafka client behind, the connector's own included. */
final class NoClientLeft implements BeforeEachCallback, AfterEachCallback {
  private Set<Thread> before;

  @Override
  public void beforeEach(ExtensionContext context) {
    before = Set.copyOf(Thread.getAllStackTraces().keySet());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.contains("kafka-admin-client-thread"))
                    .noneMatch(name -> name.contains("kafka-producer-network-thread")));
  }
}
