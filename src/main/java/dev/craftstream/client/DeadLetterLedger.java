package dev.craftstream.client;

import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.report.RunData.Failure;
import dev.craftstream.client.report.RunData.Failures;
import dev.craftstream.v1.DeadLetter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The dead letters so far: how many there are of each reason, and the newest of them. */
public final class DeadLetterLedger {
  private static final int KEPT = 1_000;

  private final NavigableMap<Place, Failure> newest = new TreeMap<>();
  private final Map<String, Long> byReason = new TreeMap<>();
  private final Map<Subject, String> refusals = new HashMap<>();

  /** A model checkpoint that a topic's record is on. */
  private record Subject(String topic, String checkpointId) {}

  /** When a dead letter was written, and what it is on. */
  private record Place(long writtenAt, String origin) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      return Comparator.comparingLong(Place::writtenAt)
          .thenComparing(Place::origin)
          .compare(this, other);
    }
  }

  public void add(DeadLetter letter, long writtenAt) {
    String reason = Names.constant(letter.getReason());
    byReason.merge(reason, 1L, Long::sum);
    newest.put(
        new Place(
            writtenAt,
            String.join(
                "\n",
                letter.getTopic(),
                String.valueOf(letter.getPartition()),
                String.valueOf(letter.getOffset()),
                letter.getQuestionId(),
                letter.getCheckpointId())),
        // The originals can be large, and are looked at in the topic.
        new Failure(about(letter), reason, letter.getExplanation()));
    if (newest.size() > KEPT) {
      newest.pollFirstEntry();
    }
    if (letter.getQuestionId().isEmpty() && !letter.getCheckpointId().isEmpty()) {
      refusals.putIfAbsent(
          new Subject(letter.getTopic(), letter.getCheckpointId()), letter.getExplanation());
    }
  }

  private static String about(DeadLetter letter) {
    if (!letter.getQuestionId().isEmpty()) {
      return letter.getCheckpointId().isEmpty()
          ? letter.getQuestionId()
          : letter.getQuestionId() + " under " + letter.getCheckpointId();
    }
    if (!letter.getCheckpointId().isEmpty()) {
      return letter.getCheckpointId();
    }
    return letter.getTopic() + " " + letter.getPartition() + ":" + letter.getOffset();
  }

  Optional<String> refusal(String topic, String checkpointId) {
    return Optional.ofNullable(refusals.get(new Subject(topic, checkpointId)));
  }

  /** Those of each reason, and the newest. */
  public Failures failures() {
    return new Failures(byReason, List.copyOf(newest.descendingMap().values()));
  }
}
