package dev.craftstream.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.craftstream.topics.kafka.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicReaderTest {
  private static final TopicPartition PARTITION = new TopicPartition("topic", 0);
  private static final Duration POLL = Duration.ofSeconds(1);

  private final AtomicLong nanos = new AtomicLong();
  private final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name());
  private final TopicReader reader = new TopicReader("broker:9092", consumer, nanos::get);

  @BeforeEach
  void giveItThreeRecords() {
    consumer.assign(List.of(PARTITION));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, 3L));
  }

  @Test
  void givenABrokerThatIsLostInMidRead_whenNothingComesFor30Seconds_thenASentenceSaysSo() {
    Map<TopicPartition, Long> ends = reader.ends();
    for (int offset = 0; offset < 2; offset++) {
      pollInVain(20, ends);
      arrive(offset);
      poll(POLL);
      assertThat(reader.hasReached(ends)).as("each record starts the time anew").isFalse();
    }
    pollInVain(29, ends);
    poll(POLL);

    assertThatIllegalStateException()
        .isThrownBy(() -> reader.hasReached(ends))
        .withMessageContaining("Kafka at broker:9092 has sent nothing for 30 s")
        .withMessageContaining("1 records are left");
  }

  @Test
  void givenNothingLeft_whenNothingComes_thenItHasReachedTheEndForEver() {
    Map<TopicPartition, Long> ends = reader.ends();
    for (int offset = 0; offset < 3; offset++) {
      arrive(offset);
    }
    for (int i = 0; i < 100; i++) {
      poll(POLL);
      assertThat(reader.hasReached(ends)).isTrue();
    }
    assertThat(reader.hasReached(Map.of(PARTITION, 4L))).as("and may wait for more").isFalse();
  }

  @Test
  void givenAProcessThatWasStopped_whenItGoesOn_thenItWaitsForTheBrokerAgain() {
    Map<TopicPartition, Long> ends = reader.ends();
    assertThat(reader.hasReached(ends)).isFalse();
    poll(Duration.ofHours(8));
    assertThat(reader.hasReached(ends)).isFalse();
    nanos.addAndGet(Duration.ofHours(8).toNanos());
    assertThat(reader.hasReached(ends)).isFalse();
  }

  @Test
  void givenRetentionThatOvertakesIt_whenItsPlaceIsGone_thenItReadsWhatIsLeft() {
    KafkaSettings settings = KafkaSettings.builder("broker:9092").build();

    assertThat(TopicReader.properties(settings, true))
        .containsEntry("auto.offset.reset", "earliest");
  }

  private void pollInVain(int times, Map<TopicPartition, Long> ends) {
    for (int i = 0; i < times; i++) {
      poll(POLL);
      assertThat(reader.hasReached(ends)).isFalse();
    }
  }

  private void poll(Duration lasting) {
    consumer.schedulePollTask(() -> nanos.addAndGet(lasting.toNanos()));
    reader.poll(POLL);
  }

  private void arrive(long offset) {
    consumer.addRecord(new ConsumerRecord<>("topic", 0, offset, new byte[0], new byte[0]));
  }
}
