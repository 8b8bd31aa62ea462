package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import java.time.Instant;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A savepoint that its job has gone on from is told from the newest one. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class LaterOutputTest {
  private static final Instant SAVED = Instant.parse("2026-01-02T03:04:05Z");
  private static final String PATH = "s3://savepoints/savepoint-1";

  private KafkaSettings settings;

  @BeforeEach
  void topics(KafkaBroker broker) {
    settings = TopicsJob.settings(broker).build();
    new TopicAdmin(settings).prepare();
  }

  @Test
  void givenNothingWasWrittenSince_thenItIsTheNewest() throws Exception {
    TimedRecords.write(settings, settings.topics().knowledge(), SAVED.minusSeconds(3600));
    TimedRecords.write(settings, settings.topics().questions(), SAVED.plusSeconds(3600));

    assertThat(new LaterOutput(settings).after(PATH, SAVED)).isEmpty();
  }

  @Test
  void givenClocksThatDifferBySeconds_thenItIsTheNewest() throws Exception {
    TimedRecords.write(settings, settings.topics().knowledge(), SAVED.plusSeconds(30));

    assertThat(new LaterOutput(settings).after(PATH, SAVED)).isEmpty();
  }

  @Test
  void givenTheJobHasGoneOn_thenASentenceSaysSinceWhen() throws Exception {
    TimedRecords.write(settings, settings.topics().knowledge(), SAVED.minusSeconds(3600));
    TimedRecords.write(settings, settings.topics().knowledge(), SAVED.plusSeconds(3600));

    assertThat(new LaterOutput(settings).after(PATH, SAVED).orElseThrow())
        .startsWith(PATH + " is of " + SAVED)
        .contains(settings.topics().knowledge(), SAVED.plusSeconds(3600).toString());
  }

  /** As after a job that was killed, and is started from its newest Flink checkpoint. */
  @Test
  void givenWhatCameSinceWasNotCommitted_thenItIsTheNewest() throws Exception {
    try (var aborted = TimedRecords.transactional(settings, "aborted")) {
      aborted.beginTransaction();
      TimedRecords.send(aborted, settings.topics().instructions(), SAVED.plusSeconds(3600));
      aborted.abortTransaction();
    }
    try (var open = TimedRecords.transactional(settings, "open")) {
      open.beginTransaction();
      TimedRecords.send(open, settings.topics().instructions(), SAVED.plusSeconds(3600));

      assertThat(new LaterOutput(settings).after(PATH, SAVED)).isEmpty();
    }
  }

  /** What is written at least once is not bound to Flink checkpoints. */
  @Test
  void givenAtLeastOnceOutput_thenNothingIsSaid(KafkaBroker broker) throws Exception {
    KafkaSettings atLeastOnce =
        TopicsJob.settings(broker).guarantee(DeliveryGuarantee.AT_LEAST_ONCE).build();
    new TopicAdmin(atLeastOnce).prepare();
    TimedRecords.write(atLeastOnce, atLeastOnce.topics().knowledge(), SAVED.plusSeconds(3600));

    assertThat(new LaterOutput(atLeastOnce).after(PATH, SAVED)).isEmpty();
  }
}
