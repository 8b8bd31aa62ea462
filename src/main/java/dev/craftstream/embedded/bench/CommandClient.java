package dev.craftstream.embedded.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A client in a process of its own. It gets endpoint, model, questions in flight and seconds as its
 * last arguments, and prints one line of JSON with {@code questions}, {@code seconds} and {@code
 * processor_seconds}.
 *
 * @param command the program and its first arguments
 * @param folder for what it prints on its standard error
 */
record CommandClient(String name, List<String> command, String model, Path folder)
    implements Contender {
  private static final JsonMapper JSON = new JsonMapper();

  @Override
  public Rate ask(String endpoint, int inFlight, Duration time)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(command);
    all.addAll(
        List.of(
            endpoint,
            model,
            Integer.toString(inFlight),
            String.format(Locale.ROOT, "%.3f", time.toNanos() / 1e9)));
    Files.createDirectories(folder);
    Path log = folder.resolve(name + ".log");
    Process process = new ProcessBuilder(all).redirectError(log.toFile()).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException(
          "The client %s ended with status %d; see %s.".formatted(name, status, log));
    }
    return rate(printed);
  }

  private Rate rate(String printed) throws IOException {
    String[] lines = printed.strip().split("\\R");
    try {
      JsonNode rate = JSON.readTree(lines[lines.length - 1]);
      return new Rate(
          rate.required("questions").asLong(),
          rate.required("seconds").asDouble(),
          rate.required("processor_seconds").asDouble());
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "The client %s printed \"%s\" where a line like {\"questions\": 10, \"seconds\": 1.5, \"processor_seconds\": 0.5} should be."
              .formatted(name, printed.strip()),
          e);
    }
  }
}
