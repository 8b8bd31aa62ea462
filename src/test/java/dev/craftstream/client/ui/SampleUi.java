package dev.craftstream.client.ui;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.client.RecordDispatcher;
import dev.craftstream.client.RecordPlace;
import dev.craftstream.client.watch.Fan;
import dev.craftstream.client.watch.FlinkWatch;
import dev.craftstream.client.watch.QuestionHistory;
import dev.craftstream.client.watch.QuestionIndex;
import dev.craftstream.client.watch.SampleTopics;
import dev.craftstream.client.watch.TopicFollower;
import dev.craftstream.client.watch.Watch;
import dev.craftstream.model.Question;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** The page over a made-up circle, without Kafka. */
public final class SampleUi implements AutoCloseable {
  /** When the newest record was written. */
  static final Instant NOW = Instant.parse("2026-03-02T14:10:00Z");

  private static final double PER_SECOND = 0.8;

  private final KafkaSettings kafka =
      KafkaSettings.builder("broker:9092").format(WireFormat.PROTOBUF).build();
  private final RecordDispatcher dispatcher = new RecordDispatcher(kafka, RecordLimits.DEFAULT);
  private final Map<String, Long> offsets = new HashMap<>();
  private final QuestionIndex index = new QuestionIndex(kafka.topics(), 64 << 20);
  private final Map<String, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
  final Watch watch = new Watch(kafka, 1_000);
  final AtomicReference<TopicFollower.Position> position =
      new AtomicReference<>(new TopicFollower.Position(5_120, 0, 0, 0, ""));
  final AtomicReference<FlinkWatch.State> flink =
      new AtomicReference<>(new FlinkWatch.State(1, List.of(), ""));
  final UiServer server;

  /**
   * @param count how many questions; 0 for a job that has just begun
   */
  SampleUi(int count, int clients) throws IOException {
    if (count > 0) {
      long start = NOW.toEpochMilli() - (long) (1_000 * count * 2.18 / PER_SECOND);
      new SampleTopics(kafka.topics(), count, start, PER_SECOND, this::put).write();
    }
    server =
        new UiServer(
            new View(
                "broker:9092",
                watch,
                position::get,
                flink::get,
                new Finder(index, this::contents, this::history),
                Clock.fixed(NOW, ZoneOffset.UTC)),
            new InetSocketAddress("127.0.0.1", 0),
            Set.of("watch.example.org"),
            clients);
    server.start();
  }

  void put(String topic, String key, com.google.protobuf.Message message, long time) {
    long offset = offsets.merge(topic, 1L, Long::sum) - 1;
    ConsumerRecord<byte[], byte[]> entry =
        new ConsumerRecord<>(
            topic,
            0,
            offset,
            time,
            TimestampType.CREATE_TIME,
            -1,
            -1,
            key.getBytes(UTF_8),
            message == null ? null : message.toByteArray(),
            new RecordHeaders(),
            Optional.empty());
    dispatcher.dispatch(entry, new Fan(watch, index));
    records.computeIfAbsent(topic, any -> new ArrayList<>()).add(entry);
  }

  private Map<String, Question> contents(List<String> ids) {
    Map<String, Question> contents = new LinkedHashMap<>();
    for (String id : ids) {
      contents.put(id, history(id).contents().get(0).record());
    }
    return contents;
  }

  private QuestionHistory history(String id) {
    QuestionHistory history = new QuestionHistory(id);
    for (RecordPlace place : index.places(id)) {
      dispatcher.dispatch(records.get(place.topic()).get((int) place.offset()), history);
    }
    return history;
  }

  @Override
  public void close() {
    server.close();
  }

  /** Serves until it is ended. */
  public static void main(String... arguments) throws Exception {
    try (SampleUi ui = new SampleUi(Integer.parseInt(arguments[0]), 4)) {
      System.out.println(ui.server.url());
      Thread.currentThread().join();
    }
  }
}
