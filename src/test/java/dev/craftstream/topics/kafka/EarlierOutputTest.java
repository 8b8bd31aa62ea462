package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.craftstream.admission.StartRefusedException;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A job without state does not write a second time what an earlier run has written. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class EarlierOutputTest {
  private static final Instant WRITTEN = Instant.parse("2026-01-02T03:04:05Z");
  private static final Instant STARTED = Instant.parse("2026-02-03T04:05:06Z");

  private KafkaSettings settings;

  @BeforeEach
  void topics(KafkaBroker broker) {
    settings = TopicsJob.settings(broker).build();
    new TopicAdmin(settings).prepare();
  }

  @Test
  void givenEmptyTopics_whenAJobStarts_thenItMay() {
    assertThatCode(earlierOutput()::require).doesNotThrowAnyException();
  }

  @Test
  void givenOnlyQuestionsAndDeadLetters_whenAJobStarts_thenItMay() throws Exception {
    TimedRecords.write(settings, settings.topics().questions(), WRITTEN);
    TimedRecords.write(settings, settings.topics().modelCheckpoints(), WRITTEN);
    TimedRecords.write(settings, settings.topics().deadLetters(), WRITTEN);

    assertThatCode(earlierOutput()::require).doesNotThrowAnyException();
  }

  @Test
  void givenOutputOfAnEarlierRun_whenAJobStarts_thenASentenceSaysWhatToStartFrom()
      throws Exception {
    TimedRecords.write(settings, settings.topics().knowledge(), WRITTEN);

    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(earlierOutput()::require)
        .withMessageContaining(settings.topics().knowledge())
        .withMessageContaining(WRITTEN.toString())
        .withMessageContaining("Start it from s3://savepoints/newest.")
        .withMessageEndingWith("set start.anew to true for this one start.");
  }

  /** As at-least-once output is after a failure before the first Flink checkpoint. */
  @Test
  void givenOutputOfItsOwn_whenAJobStartsAgain_thenItMay() throws Exception {
    TimedRecords.write(settings, settings.topics().knowledge(), STARTED.plusSeconds(1));

    assertThatCode(earlierOutput()::require).doesNotThrowAnyException();
  }

  /** As exactly-once output is after a failure before the first Flink checkpoint. */
  @Test
  void givenTransactionsThatWereNotCommitted_whenAJobStarts_thenItMay() throws Exception {
    try (var aborted = TimedRecords.transactional(settings, "aborted")) {
      aborted.beginTransaction();
      TimedRecords.send(aborted, settings.topics().instructions(), WRITTEN);
      aborted.abortTransaction();
    }
    try (var open = TimedRecords.transactional(settings, "open")) {
      open.beginTransaction();
      TimedRecords.send(open, settings.topics().instructions(), WRITTEN);

      assertThatCode(earlierOutput()::require).doesNotThrowAnyException();
    }
  }

  private EarlierOutput earlierOutput() {
    return new EarlierOutput(settings, STARTED, () -> "Start it from s3://savepoints/newest.");
  }
}
