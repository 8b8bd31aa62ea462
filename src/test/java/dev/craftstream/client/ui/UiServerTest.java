package dev.craftstream.client.ui;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.client.watch.TopicFollower;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
class UiServerTest {

  @Test
  void everyPartOfTheSampleIsThereAndNoneOfAnEmptyJobIsBlank() throws Exception {
    try (SampleUi full = new SampleUi(400, 2);
        SampleUi empty = new SampleUi(0, 2)) {
      for (Part part : Part.ALL) {
        Answer of = get(full, "/part/" + part.name());
        assertThat(of.status()).as(part.name()).isEqualTo(200);
        assertThat(of.body()).as(part.name()).doesNotContain("class=\"empty\"", "style=");
        assertThat(get(empty, "/part/" + part.name()).body()).as(part.name()).isNotBlank();
      }
      assertThat(get(empty, "/part/checkpoints").body()).contains("./craft announce");
      assertThat(get(full, "/part/sweeps").body()).contains("qwen-7b-turn-2", "about ", "/s");
    }
  }

  @Test
  void nothingOfTheTopicsIsMarkup() throws Exception {
    String evil = "</p><script>alert(1)</script><img src=x onerror=alert(1)> \" onload=\"x \u0000";
    try (SampleUi ui = new SampleUi(40, 2)) {
      ui.put(
          "dead-letters",
          "k",
          DeadLetter.newBuilder()
              .setReason(Reason.REASON_INVALID)
              .setQuestionId(evil)
              .setExplanation(evil)
              .build(),
          SampleUi.NOW.toEpochMilli());
      ui.position.set(new TopicFollower.Position(1, 0, 0, 1, evil));

      for (String part : List.of("dead-letters", "state", "servers")) {
        await(ui, part, "alert(1)");
        assertThat(get(ui, "/part/" + part).body())
            .contains("&lt;script&gt;")
            .doesNotContain("<script", "<img", "\" onload", "\u0000");
      }
    }
  }

  @Test
  void thePageNeedsNoOtherHostAndItsPolicyLetsItAskNone() throws Exception {
    try (SampleUi ui = new SampleUi(0, 2)) {
      for (String path : List.of("/", "/ui.js", "/ui.css", "/report.css", "/icon.svg")) {
        Answer answer = get(ui, path);
        assertThat(answer.status()).as(path).isEqualTo(200);
        assertThat(answer.body().replace("http://www.w3.org/2000/svg", ""))
            .as(path)
            .doesNotContain("http://", "https://", "//cdn", "@import");
        assertThat(answer.header("Content-Security-Policy"))
            .startsWith("default-src 'none'; script-src 'self'; style-src 'self'")
            .doesNotContain("unsafe");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      }
    }
  }

  @Test
  void aNameThatIsNotThisServersIsRefused() throws Exception {
    try (SampleUi ui = new SampleUi(0, 2)) {
      for (String host :
          List.of(
              "evil.example",
              "evil.example:8085",
              "127.0.0.1.evil.example",
              "localhost.evil",
              "")) {
        assertThat(request(ui, "GET", "/part/state", host).status()).as(host).isIn(400, 421);
      }
      for (String host :
          List.of(
              "127.0.0.1:1",
              "localhost",
              "LOCALHOST:99",
              "[::1]:8085",
              "10.0.0.7",
              "Watch.Example.Org")) {
        assertThat(request(ui, "GET", "/part/state", host).status()).as(host).isEqualTo(200);
      }
    }
  }

  @Test
  void onlyReadingIsAnsweredAndOnlyWhatThereIs() throws Exception {
    try (SampleUi ui = new SampleUi(0, 2)) {
      assertThat(request(ui, "POST", "/", "localhost").status()).isEqualTo(405);
      assertThat(request(ui, "DELETE", "/part/state", "localhost").status()).isEqualTo(405);
      assertThat(request(ui, "HEAD", "/", "localhost").status()).isEqualTo(200);
      for (String path :
          List.of("/nothing", "/part/", "/part/nothing", "/../ui.js", "/part/../x")) {
        assertThat(request(ui, "GET", path, "localhost").status()).as(path).isEqualTo(404);
      }
    }
  }

  @Test
  void whatChangesIsToldAndWhatDoesNotIsNot() throws Exception {
    try (SampleUi ui = new SampleUi(0, 2);
        Events events = new Events(ui)) {
      JsonObject first = events.next();
      assertThat(first.keySet()).hasSameSizeAs(Part.ALL);

      ui.put(
          "dead-letters",
          "k",
          DeadLetter.newBuilder().setReason(Reason.REASON_INVALID).build(),
          SampleUi.NOW.toEpochMilli());

      JsonObject second = events.next();
      assertThat(second.get("dead-letters")).isNotEqualTo(first.get("dead-letters"));
      assertThat(second.get("figures")).isNotEqualTo(first.get("figures"));
      assertThat(second.get("datasets")).isEqualTo(first.get("datasets"));
    }
  }

  @Test
  void moreThanSoManyAreAskedToComeLaterAndAPlaceIsFreeWhenOneGoes() throws Exception {
    try (SampleUi ui = new SampleUi(0, 2)) {
      Events one = new Events(ui);
      Events two = new Events(ui);
      assertThat(one.status).isEqualTo(200);
      assertThat(two.status).isEqualTo(200);
      Answer third = request(ui, "GET", "/events", "localhost");
      assertThat(third.status()).isEqualTo(503);
      assertThat(third.header("Retry-After")).isEqualTo("30");
      assertThat(get(ui, "/part/state").status()).as("the page itself is there").isEqualTo(200);

      one.close();
      two.close();
      // A write tells that they are gone: the next event, or a beat.
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      int status = 503;
      for (int i = 0; status == 503 && System.nanoTime() < end; i++) {
        ui.position.set(new TopicFollower.Position(i, 0, 0, 0, ""));
        TimeUnit.MILLISECONDS.sleep(500);
        try (Events next = new Events(ui)) {
          status = next.status;
        }
      }
      assertThat(status).isEqualTo(200);
    }
  }

  @Test
  void aClosedServerEndsItsStreams() throws Exception {
    SampleUi ui = new SampleUi(0, 2);
    try (Events events = new Events(ui)) {
      events.next();
      ui.close();
      assertThat(events.end()).isTrue();
    }
  }

  private static void await(SampleUi ui, String part, String text) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!get(ui, "/part/" + part).body().contains(text) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private record Answer(int status, List<String> headers, String body) {
    String header(String name) {
      return headers.stream()
          .filter(line -> line.toLowerCase().startsWith(name.toLowerCase() + ": "))
          .map(line -> line.substring(name.length() + 2))
          .findFirst()
          .orElse(null);
    }
  }

  private static Answer get(SampleUi ui, String path) throws IOException {
    return request(ui, "GET", path, "localhost");
  }

  /** By hand: clients of Java set the host and the path themselves. */
  private static Answer request(SampleUi ui, String method, String path, String host)
      throws IOException {
    try (Socket socket = connect(ui, method, path, host)) {
      InputStream in = socket.getInputStream();
      List<String> head = head(in);
      int status = Integer.parseInt(head.get(0).split(" ")[1]);
      byte[] body = in.readAllBytes();
      boolean zipped =
          head.stream().anyMatch(line -> line.equalsIgnoreCase("Content-Encoding: gzip"));
      return new Answer(
          status,
          head,
          zipped && body.length > 0
              ? new String(
                  new GZIPInputStream(new java.io.ByteArrayInputStream(body)).readAllBytes(), UTF_8)
              : new String(body, UTF_8));
    }
  }

  private static Socket connect(SampleUi ui, String method, String path, String host)
      throws IOException {
    URI url = URI.create(ui.server.url());
    Socket socket = new Socket(InetAddress.getByName(url.getHost()), url.getPort());
    socket.setSoTimeout(60_000);
    OutputStream out = socket.getOutputStream();
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\n"
            + (host.isEmpty() ? "" : "Host: " + host + "\r\n")
            + "Connection: close\r\n\r\n";
    out.write(head.getBytes(UTF_8));
    out.flush();
    return socket;
  }

  private static List<String> head(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      text.append((char) c);
      if (text.toString().endsWith("\r\n\r\n")) {
        break;
      }
    }
    return List.of(text.toString().strip().split("\r\n"));
  }

  /** A client of the event stream. */
  private static final class Events implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader lines;
    final int status;

    Events(SampleUi ui) throws IOException {
      socket = connect(ui, "GET", "/events", "localhost");
      lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      List<String> head = new ArrayList<>();
      for (String line = lines.readLine();
          line != null && !line.isEmpty();
          line = lines.readLine()) {
        head.add(line);
      }
      status = Integer.parseInt(head.get(0).split(" ")[1]);
    }

    JsonObject next() throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          return JsonParser.parseString(line.substring("data: ".length())).getAsJsonObject();
        }
      }
      throw new IOException("The stream has ended.");
    }

    boolean end() throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        // Until there are no more.
      }
      return true;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
