package dev.craftstream.triton.recorded;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A running server of Triton's protocol that answers from what was recorded. */
public final class ReplayServer implements AutoCloseable {
  /** What the job sends and takes at most by default. */
  private static final int MESSAGE_BYTES = 64 << 20;

  private static final int CLOSING_SECONDS = 5;

  private final Server server;
  private final ExecutorService threads;
  private final ReplayService service;

  private ReplayServer(Server server, ExecutorService threads, ReplayService service) {
    this.server = server;
    this.threads = threads;
    this.service = service;
  }

  /**
   * Starts it.
   *
   * @param recorded all of it; stays the caller's to close
   * @param port 0 for a free one
   * @throws IOException where nothing can listen there
   */
  public static ReplayServer start(RecordedAnswers recorded, String host, int port)
      throws IOException {
    ReplayService service = new ReplayService(new Replay(recorded));
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()));
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
            .executor(threads)
            .maxInboundMessageSize(MESSAGE_BYTES)
            // The job's own probes of silent connections come more often than gRPC allows by
            // default.
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(service)
            .build();
    try {
      return new ReplayServer(server.start(), threads, service);
    } catch (IOException e) {
      threads.shutdownNow();
      throw e;
    }
  }

  public int port() {
    return server.getPort();
  }

  /** Requests that a recorded answer was for; samples of one question may be several. */
  public long answered() {
    return service.answered();
  }

  /** Requests that no recorded answer was for. */
  public long unanswered() {
    return service.unanswered();
  }

  /** Returns when the server was closed. */
  public void await() throws InterruptedException {
    server.awaitTermination();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
      threads.shutdownNow();
      threads.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
