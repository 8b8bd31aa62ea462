package dev.craftstream.topics.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.model.Origin;
import dev.craftstream.model.Replay;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/** The headers of a record that was replayed from a dead letter. */
public final class ReplayHeaders {

  /** Where the record lies that the dead letter is on, such as {@code questions-3-4711}. */
  public static final String FROM = "craft-replayed-from";

  /** How often the record has been replayed, from 1, in digits. */
  public static final String COUNT = "craft-replays";

  private ReplayHeaders() {}

  public static List<Header> of(Replay replay) {
    return List.of(
        new RecordHeader(FROM, replay.from().name().getBytes(UTF_8)),
        new RecordHeader(COUNT, String.valueOf(replay.count()).getBytes(UTF_8)));
  }

  /** Nothing where there are none, or what is there names no place. */
  public static Optional<Replay> read(Headers headers) {
    return text(headers, FROM)
        .flatMap(Origin::named)
        .map(
            from ->
                new Replay(
                    from,
                    text(headers, COUNT)
                        .filter(count -> count.matches("[1-9][0-9]{0,8}"))
                        .map(Integer::valueOf)
                        .orElse(1)));
  }

  private static Optional<String> text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), UTF_8));
  }
}
