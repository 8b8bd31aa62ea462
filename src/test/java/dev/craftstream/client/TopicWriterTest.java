package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.RecordSamples;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What commands write to the job's input, against a real broker. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class TopicWriterTest {

  @Test
  void eachRecordSaysWhatItIsAndWhoWroteIt(KafkaBroker broker) {
    KafkaSettings kafka =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(KafkaBrokerExtension.freshPrefix())
            .build();
    new TopicAdmin(kafka).prepare();
    try (TopicWriter writer = new TopicWriter(kafka)) {
      writer.questions(
          List.of(
              new QuestionEvent("q1", RecordSamples.OPEN_ENDED, RecordSamples.ORIGIN),
              new QuestionEvent("q2", null, RecordSamples.ORIGIN)));
      writer.retirement("base");
      writer.request(RecordSamples.REQUESTS.get(0));
    }
    assertThat(types(kafka, kafka.topics().questions()))
        .containsExactly("craftstream.v1.QuestionEvent", "craftstream.v1.QuestionEvent");
    assertThat(types(kafka, kafka.topics().modelCheckpoints()))
        .containsExactly("craftstream.v1.ModelCheckpointEvent");
    assertThat(types(kafka, kafka.topics().requests())).containsExactly("craftstream.v1.Request");
  }

  private static List<String> types(KafkaSettings kafka, String topic) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    TopicReader.readCommitted(kafka, List.of(topic), found::add, (read, left) -> {});
    return found.stream()
        .map(entry -> new String(entry.headers().lastHeader("ce_type").value(), UTF_8))
        .toList();
  }
}
