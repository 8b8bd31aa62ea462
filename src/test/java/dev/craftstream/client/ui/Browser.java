package dev.craftstream.client.ui;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A headless Chromium of this machine, by its DevTools protocol: one page, what it asks for, and
 * what it complains of.
 */
final class Browser implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Path folder;
  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
  private final String session;

  /** Where one is installed; empty where none is. */
  static Optional<Path> installed() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  Browser(Path chromium) throws Exception {
    folder = Files.createTempDirectory("craft-stream-browser");
    process =
        new ProcessBuilder(
                chromium.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder,
                "about:blank")
            .redirectErrorStream(true)
            .start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(devTools()), new Listener())
            .get(20, TimeUnit.SECONDS);
    String target =
        ask("", "Target.createTarget", "{\"url\":\"about:blank\"}").get("targetId").getAsString();
    session =
        ask("", "Target.attachToTarget", "{\"targetId\":\"" + target + "\",\"flatten\":true}")
            .get("sessionId")
            .getAsString();
    for (String domain : List.of("Page", "Network", "Runtime", "Log", "Accessibility")) {
      call(domain + ".enable", "{}");
    }
  }

  private String devTools() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      int at = line.indexOf("ws://");
      if (at >= 0) {
        Thread drain = new Thread(() -> drain(lines), "browser-output");
        drain.setDaemon(true);
        drain.start();
        return line.substring(at).strip();
      }
    }
    throw new IOException("Chromium has no DevTools.");
  }

  private static void drain(BufferedReader lines) {
    try {
      while (lines.readLine() != null) {
        // Of no concern.
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  /** Calls a method of the protocol on the page. */
  JsonObject call(String method, String parameters) throws Exception {
    return ask(session, method, parameters);
  }

  private JsonObject ask(String its, String method, String parameters) throws Exception {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    answers.put(id, answer);
    String message =
        "{\"id\":%d,%s\"method\":\"%s\",\"params\":%s}"
            .formatted(
                id, its.isEmpty() ? "" : "\"sessionId\":\"" + its + "\",", method, parameters);
    socket.sendText(message, true).get(30, TimeUnit.SECONDS);
    return answer.get(60, TimeUnit.SECONDS);
  }

  /** A window of this size, of a phone or not, with the light or the dark scheme. */
  void look(int width, int height, boolean phone, String scheme) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":%s}"
            .formatted(width, height, phone));
    call(
        "Emulation.setEmulatedMedia",
        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"},{\"name\":\"prefers-reduced-motion\",\"value\":\"reduce\"}]}"
            .formatted(scheme));
  }

  void open(String url) throws Exception {
    requests.clear();
    complaints.clear();
    call("Page.navigate", "{\"url\":\"" + url + "\"}");
  }

  /** The value of an expression of the page; promises are waited for. */
  JsonElement value(String expression) throws Exception {
    JsonObject parameters = new JsonObject();
    parameters.addProperty("expression", expression);
    parameters.addProperty("returnByValue", true);
    parameters.addProperty("awaitPromise", true);
    JsonObject answer = call("Runtime.evaluate", parameters.toString());
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(answer.get("exceptionDetails").toString());
    }
    JsonObject result = answer.getAsJsonObject("result");
    return result.has("value") ? result.get("value") : null;
  }

  /** Waits until an expression is true. */
  void await(String condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Boolean.TRUE.toString().equals(String.valueOf(value("Boolean(" + condition + ")")))) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("It never came true: " + condition);
      }
      Thread.sleep(100);
    }
  }

  /** Presses a key, such as Tab or Enter. */
  void press(String key) throws Exception {
    int code = key.equals("Tab") ? 9 : key.equals("Enter") ? 13 : key.equals("Escape") ? 27 : 0;
    String parameters =
        "{\"type\":\"%%s\",\"key\":\"%s\",\"code\":\"%s\",\"windowsVirtualKeyCode\":%d%s}"
            .formatted(key, key, code, key.equals("Enter") ? ",\"text\":\"\\r\"" : "");
    call("Input.dispatchKeyEvent", parameters.formatted("keyDown"));
    call("Input.dispatchKeyEvent", parameters.formatted("keyUp"));
  }

  /** Types into what has the focus. */
  void type(String text) throws Exception {
    JsonObject parameters = new JsonObject();
    parameters.addProperty("text", text);
    call("Input.insertText", parameters.toString());
  }

  /**
   * What the window shows, or the whole page.
   *
   * @return as PNG
   */
  byte[] screenshot(boolean whole) throws Exception {
    return Base64.getDecoder()
        .decode(
            call(
                    "Page.captureScreenshot",
                    "{\"format\":\"png\",\"captureBeyondViewport\":%s}".formatted(whole))
                .get("data")
                .getAsString());
  }

  /** The addresses that the page has asked for since it was opened. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  /** What the console shows of errors and warnings since the page was opened. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() throws Exception {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket its, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        take(JsonParser.parseString(text.toString()).getAsJsonObject());
        text.setLength(0);
      }
      its.request(1);
      return null;
    }

    private void take(JsonObject message) {
      if (message.has("id")) {
        CompletableFuture<JsonObject> answer = answers.remove(message.get("id").getAsInt());
        if (message.has("error")) {
          answer.completeExceptionally(new IOException(message.get("error").toString()));
        } else {
          answer.complete(message.getAsJsonObject("result"));
        }
        return;
      }
      JsonObject its = message.getAsJsonObject("params");
      switch (message.get("method").getAsString()) {
        case "Network.requestWillBeSent" ->
            requests.add(its.getAsJsonObject("request").get("url").getAsString());
        case "Runtime.exceptionThrown" -> complaints.add(its.toString());
        case "Runtime.consoleAPICalled" -> {
          if (!List.of("log", "info", "debug").contains(its.get("type").getAsString())) {
            complaints.add(its.toString());
          }
        }
        case "Log.entryAdded" -> complaints.add(its.toString());
        default -> {
          // Of no concern.
        }
      }
    }
  }
}
