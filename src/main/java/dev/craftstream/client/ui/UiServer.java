package dev.craftstream.client.ui;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page. It answers GET and HEAD alone, nothing that it serves asks another host for
 * anything, and threads, clients and the time that a request may take are bounded.
 */
public final class UiServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UiServer.class);
  private static final int REQUEST_THREADS = 8;
  private static final int STREAM_SECONDS = 120;
  private static final int RESPONSE_SECONDS = STREAM_SECONDS + 30;
  private static final int REQUEST_SECONDS = 20;
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  static {
    // The server's only way to say how long a client may take; it reads them once.
    setUnlessSet("sun.net.httpserver.maxReqTime", REQUEST_SECONDS);
    setUnlessSet("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS);
    setUnlessSet("sun.net.httpserver.nodelay", true);
  }

  private final HttpServer server;
  private final HostCheck hosts;
  private final Pages pages;
  private final EventStream events;
  private final ExecutorService requests;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(named("ui-clock"));

  /**
   * Listens; {@link #start} answers.
   *
   * @param address and port; port 0 for a free one
   * @param names by which it may be asked, beside addresses and {@code localhost}
   * @param clients how many may follow the page at the same time
   * @throws IOException with a sentence, where nobody can listen there
   */
  public UiServer(View view, InetSocketAddress address, Set<String> names, int clients)
      throws IOException {
    this.hosts = new HostCheck(names);
    this.pages = new Pages(view);
    this.events = new EventStream(clients, pages::versions, STREAM_SECONDS);
    this.requests = Executors.newFixedThreadPool(clients + REQUEST_THREADS, named("ui-request"));
    try {
      this.server = HttpServer.create(address, 0);
    } catch (BindException e) {
      throw new IOException(
          "Nobody can listen at %s:%d (%s). Give another port with --port, or an address of this machine with --bind."
              .formatted(address.getHostString(), address.getPort(), e.getMessage()),
          e);
    }
    server.setExecutor(requests);
    server.createContext("/", this::answer);
  }

  private static void setUnlessSet(String property, Object value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value.toString());
    }
  }

  private static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  public void start() {
    server.start();
    clock.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  private void look() {
    try {
      pages.look();
      events.wake();
    } catch (RuntimeException e) {
      LOG.warn("Looking what has changed failed", e);
    }
  }

  /** Where it can be reached from this machine. */
  public String url() {
    InetSocketAddress at = server.getAddress();
    InetAddress host = at.getAddress();
    String name =
        host.isAnyLocalAddress() || host.isLoopbackAddress() && host.getAddress().length == 4
            ? "127.0.0.1"
            : host.getHostAddress();
    return "http://" + (name.contains(":") ? "[" + name + "]" : name) + ":" + at.getPort() + "/";
  }

  private void answer(HttpExchange exchange) {
    try (exchange) {
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Security-Policy", POLICY);
      headers.set("Cache-Control", "no-store");
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("Referrer-Policy", "no-referrer");
      headers.set("Cross-Origin-Resource-Policy", "same-origin");
      headers.set("Cross-Origin-Opener-Policy", "same-origin");
      String method = exchange.getRequestMethod();
      if (!hosts.allows(exchange.getRequestHeaders().getFirst("Host"))) {
        refuse(
            exchange,
            421,
            "This server is not known by that name. Give ./craft ui the name with --name, or use an"
                + " address.");
      } else if (!method.equals("GET") && !method.equals("HEAD")) {
        headers.set("Allow", "GET, HEAD");
        refuse(exchange, 405, "There is nothing to change here.");
      } else {
        route(exchange);
      }
    } catch (IOException e) {
      LOG.debug("A client went away", e);
    }
  }

  private void route(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/events")) {
      if (!events.serve(exchange)) {
        exchange.getResponseHeaders().set("Retry-After", "30");
        refuse(exchange, 503, "Too many follow this page already. Try again later.");
      }
      return;
    }
    Optional<Pages.Body> body;
    try {
      body = body(path, exchange.getRequestURI().getRawQuery());
    } catch (RuntimeException e) {
      LOG.warn("Making {} failed", path, e);
      refuse(exchange, 500, "That failed; the log of ./craft says why.");
      return;
    }
    if (body.isPresent()) {
      send(exchange, 200, body.get());
    } else {
      refuse(exchange, 404, "There is no such page.");
    }
  }

  private Optional<Pages.Body> body(String path, String query) {
    if (path.startsWith("/part/")) {
      return pages.part(path.substring("/part/".length()));
    }
    return switch (path) {
      case "/search" -> parameter(query, "q").map(pages::found);
      case "/question" -> parameter(query, "id").map(pages::question);
      default -> pages.file(path);
    };
  }

  private static Optional<String> parameter(String query, String name) {
    return Stream.of(query == null ? new String[0] : query.split("&"))
        .filter(parameter -> parameter.startsWith(name + "="))
        .map(parameter -> URLDecoder.decode(parameter.substring(name.length() + 1), UTF_8))
        .findFirst();
  }

  private static void send(HttpExchange exchange, int status, Pages.Body body) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", body.type());
    headers.set("Content-Encoding", "gzip");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.zipped().length);
    exchange.getResponseBody().write(body.zipped());
  }

  private static void refuse(HttpExchange exchange, int status, String sentence)
      throws IOException {
    byte[] text = (sentence + "\n").getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : text.length);
    if (!head) {
      exchange.getResponseBody().write(text);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    events.close();
    server.stop(0);
    requests.shutdownNow();
  }
}
