package dev.craftstream.torture;

import dev.craftstream.torture.RequestLog.Ask;
import dev.craftstream.torture.RequestLog.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the model server says it was asked; {@code src/test/triton/torture} writes it. */
final class RequestLog {

  /**
   * One measurement: a content of a question under a version of the model. The same wherever it is
   * asked for.
   */
  record Subject(String questionId, int edition, int version) {}

  /**
   * One request.
   *
   * @param digest of all that it said
   * @param asked when the model got it
   * @param answered when the model had answered it; null where it never did
   */
  record Ask(Subject subject, String digest, Instant asked, Instant answered) {}

  private final Map<Subject, List<Ask>> asks = new HashMap<>();

  private RequestLog() {}

  static RequestLog read(Path file) throws IOException {
    RequestLog log = new RequestLog();
    Map<Subject, Deque<Integer>> open = new HashMap<>();
    try (var lines = Files.lines(file)) {
      for (String line : (Iterable<String>) lines::iterator) {
        String[] words = line.split(" ");
        Subject subject =
            new Subject(words[3], Integer.parseInt(words[4]), Integer.parseInt(words[2]));
        Instant time = Instant.ofEpochSecond(0, Long.parseLong(words[1]));
        List<Ask> ofSubject = log.asks.computeIfAbsent(subject, s -> new ArrayList<>());
        Deque<Integer> unanswered = open.computeIfAbsent(subject, s -> new ArrayDeque<>());
        if (words[0].equals("asked")) {
          unanswered.addLast(ofSubject.size());
          ofSubject.add(new Ask(subject, words[5], time, null));
        } else {
          // The newest that is open: what a killed server was asked is never answered.
          int index = unanswered.removeLast();
          Ask ask = ofSubject.get(index);
          ofSubject.set(index, new Ask(subject, ask.digest(), ask.asked(), time));
        }
      }
    }
    return log;
  }

  /** All requests by what they ask for, in their order. */
  Map<Subject, List<Ask>> asks() {
    return asks;
  }

  long count() {
    return asks.values().stream().mapToLong(List::size).sum();
  }
}
