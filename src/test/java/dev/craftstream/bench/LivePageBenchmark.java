package dev.craftstream.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Message;
import dev.craftstream.client.ui.LivePage;
import dev.craftstream.client.watch.SampleTopics;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What the live page costs with many questions: how long it reads, how much heap it takes, how long
 * its parts take to be made, and what a browser is sent while answers come. Arguments: how many
 * questions; and for how many seconds answers come, 200 a second.
 */
public final class LivePageBenchmark {
  private static final int ANSWERS_A_SECOND = 200;
  private static final String WRITTEN = "questions written";
  private static final Pattern VERSION = Pattern.compile("\"([\\w-]+)\":\"(\\w+)\"");

  private final HttpClient client = HttpClient.newHttpClient();
  private final LivePage page;
  private long bytes;

  private LivePageBenchmark(LivePage page) {
    this.page = page;
  }

  public static void main(String... arguments) throws Exception {
    if (arguments.length == 3) {
      write(arguments[2], Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
      return;
    }
    Path folder = Files.createTempDirectory("live-page-benchmark");
    try (KafkaBroker broker = KafkaBroker.start(folder)) {
      new TopicAdmin(settings(broker.bootstrapServers())).prepare();
      Process writer =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-Xmx2g",
                  "-cp",
                  System.getProperty("java.class.path"),
                  LivePageBenchmark.class.getName(),
                  arguments[0],
                  arguments[1],
                  broker.bootstrapServers())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader said =
          new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8));
      System.out.println(awaitWritten(said));
      KafkaSettings settings = settings(broker.bootstrapServers());
      long start = System.nanoTime();
      try (LivePage page =
          new LivePage(settings, RecordLimits.DEFAULT, LivePage.Options.local(0, null))) {
        new LivePageBenchmark(page).run(start, Integer.parseInt(arguments[1]), writer);
      } finally {
        writer.destroy();
      }
    }
  }

  /** The writer's word that all is there; its clients may have said other things before. */
  private static String awaitWritten(BufferedReader said) throws IOException {
    String line = said.readLine();
    while (line != null && !line.contains(WRITTEN)) {
      line = said.readLine();
    }
    if (line == null) {
      throw new IOException("The writer ended before all was written.");
    }
    return line;
  }

  private void run(long start, int seconds, Process writer) throws Exception {
    while (!state().contains("records read.") || state().contains("left.")) {
      Thread.sleep(500);
    }
    double took = (System.nanoTime() - start) / 1e9;
    System.out.printf(Locale.ROOT, "read in %.0f s: %s%n", took, state());
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    System.out.printf(
        Locale.ROOT, "heap in use %d MB%n", (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    for (String part : parts().keySet()) {
      byte[] zipped = get("part/" + part);
      System.out.printf(Locale.ROOT, "part %s: %,d bytes as gzip%n", part, zipped.length);
    }
    for (String query : List.of("capital france", "zzzz", "what")) {
      long at = System.nanoTime();
      get("search?q=" + query.replace(" ", "%20"));
      System.out.printf(
          Locale.ROOT, "search for '%s': %.0f ms%n", query, (System.nanoTime() - at) / 1e6);
    }
    long at = System.nanoTime();
    get("question?id=capital-france");
    System.out.printf(Locale.ROOT, "history: %.0f ms%n", (System.nanoTime() - at) / 1e6);
    writer.getOutputStream().write('\n');
    writer.getOutputStream().flush();
    follow(seconds);
  }

  /** As a browser that shows the whole page. */
  private void follow(int seconds) throws Exception {
    Map<String, String> shown = new HashMap<>();
    bytes = 0;
    long slowest = 0;
    int asked = 0;
    long start = System.nanoTime();
    try (BufferedReader events =
        new BufferedReader(
            new InputStreamReader(
                client
                    .send(
                        HttpRequest.newBuilder(URI.create(page.url() + "events")).build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                    .body(),
                UTF_8))) {
      while (System.nanoTime() - start < Duration.ofSeconds(seconds).toNanos()) {
        String line = events.readLine();
        bytes += line.length() + 1;
        for (Matcher version = VERSION.matcher(line); version.find(); ) {
          if (!version.group(2).equals(shown.put(version.group(1), version.group(2)))) {
            long at = System.nanoTime();
            get("part/" + version.group(1));
            slowest = Math.max(slowest, System.nanoTime() - at);
            asked++;
          }
        }
      }
    }
    double took = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "to a browser that shows all of the page: %.1f KB/s, %.1f parts/s, the slowest %.0f ms; the"
            + " page says: %s%n",
        bytes / took / 1_000,
        asked / took,
        slowest / 1e6,
        state());
  }

  private Map<String, String> parts() throws Exception {
    Map<String, String> parts = new HashMap<>();
    for (String name :
        Arrays.asList(
            "figures",
            "checkpoints",
            "sweeps",
            "answers",
            "planes",
            "flows",
            "labels",
            "label-history",
            "datasets",
            "evaluations",
            "dead-letters",
            "servers")) {
      parts.put(name, "");
    }
    return parts;
  }

  private String state() throws Exception {
    String html =
        new String(
            new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(get("part/state")))
                .readAllBytes(),
            UTF_8);
    return html.replaceAll("<[^>]*>", "").strip();
  }

  private byte[] get(String path) throws Exception {
    HttpResponse<byte[]> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(page.url() + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(path + " is answered " + answer.statusCode());
    }
    bytes += answer.body().length;
    return answer.body();
  }

  private static KafkaSettings settings(String bootstrapServers) {
    return KafkaSettings.builder(bootstrapServers)
        .format(WireFormat.PROTOBUF)
        .partitions(4)
        .build();
  }

  /** The other process: writes all, and as soon as it is told to, answers as they come. */
  private static void write(String bootstrapServers, int questions, int seconds) throws Exception {
    KafkaSettings settings = settings(bootstrapServers);
    long begun = System.nanoTime();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "linger.ms",
                20,
                "batch.size",
                256 << 10,
                "compression.type",
                "lz4"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      double perSecond = questions / 1_800.0;
      SampleTopics topics =
          new SampleTopics(
              settings.topics(),
              questions,
              System.currentTimeMillis() - SampleTopics.duration(questions, perSecond),
              perSecond,
              (topic, key, message, time) -> send(producer, topic, key, message, time));
      topics.write();
      producer.flush();
      System.out.printf(
          Locale.ROOT,
          "%,d " + WRITTEN + " in %.0f s%n",
          questions,
          (System.nanoTime() - begun) / 1e9);
      System.out.flush();
      System.in.read();
      for (int second = 0; second < seconds + 5; second++) {
        topics.writeMore(ANSWERS_A_SECOND, System.currentTimeMillis());
        producer.flush();
        Thread.sleep(1_000);
      }
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      String topic,
      String key,
      Message message,
      long time) {
    producer.send(
        new ProducerRecord<>(
            topic,
            null,
            time,
            key.getBytes(UTF_8),
            message == null ? null : message.toByteArray()));
  }
}
