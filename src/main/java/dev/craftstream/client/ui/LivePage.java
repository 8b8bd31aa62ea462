package dev.craftstream.client.ui;

import dev.craftstream.client.watch.Fan;
import dev.craftstream.client.watch.FlinkWatch;
import dev.craftstream.client.watch.HistoryReader;
import dev.craftstream.client.watch.QuestionIndex;
import dev.craftstream.client.watch.TopicFollower;
import dev.craftstream.client.watch.Watch;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.RecordLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The page to watch a job on, from its topics, until it is closed. */
public final class LivePage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LivePage.class);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final UiServer server;

  /**
   * How it is served.
   *
   * @param address and port; port 0 for a free one
   * @param names by which browsers may ask for it, beside addresses and {@code localhost}
   * @param clients how many may follow it at the same time
   * @param sample how many questions pictures show at most
   * @param indexMegabytes what the search may take
   * @param flink Flink's REST API; null where it is not asked
   */
  public record Options(
      InetSocketAddress address,
      Set<String> names,
      int clients,
      int sample,
      int indexMegabytes,
      URI flink) {
    /** Beside Flink's 8081. */
    public static final int PORT = 8085;

    public static final int CLIENTS = 16;
    public static final int SAMPLE = 1_000;
    public static final int INDEX_MEGABYTES = 384;

    /** For this machine alone. */
    public static Options local(int port, URI flink) {
      return new Options(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
          Set.of(),
          CLIENTS,
          SAMPLE,
          INDEX_MEGABYTES,
          flink);
    }
  }

  /**
   * Reads the topics from now on, and serves the page.
   *
   * @param limits the job's own, for its input
   * @throws IOException with a sentence, where nobody can listen at the address
   * @throws IllegalStateException with a sentence, where no broker answers or a topic is not there
   */
  public LivePage(KafkaSettings kafka, RecordLimits limits, Options options) throws IOException {
    Watch watch = new Watch(kafka, options.sample);
    QuestionIndex index = new QuestionIndex(kafka.topics(), (long) options.indexMegabytes << 20);
    try {
      HistoryReader histories = opened(new HistoryReader(kafka, limits, index));
      TopicFollower follower = opened(new TopicFollower(kafka, limits, new Fan(watch, index)));
      FlinkWatch flink = options.flink == null ? null : opened(new FlinkWatch(options.flink));
      server =
          opened(
              new UiServer(
                  new View(
                      kafka.bootstrapServers(),
                      watch,
                      follower::position,
                      flink == null ? null : flink::state,
                      new Finder(index, histories::contents, histories::read),
                      Clock.systemDefaultZone()),
                  options.address,
                  options.names,
                  options.clients));
      follower.start();
      if (flink != null) {
        flink.start();
      }
      server.start();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /** Where it is. */
  public String url() {
    return server.url();
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        LOG.warn("Closing a part of the page failed", e);
      }
    }
  }
}
