package dev.craftstream.embedded.circle;

import dev.craftstream.model.Origin;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Brings the topic of questions to what a circle is given now: what is new or changed comes, what
 * the circle published once and is not given any more goes. Questions that others wrote to the
 * topic stay.
 *
 * @param published file of the ids that the circle has published, a line each
 */
record QuestionFeed(Path published) {

  /** How many questions came or changed, and how many went. */
  record Change(int came, int went) {
    boolean isNone() {
      return came == 0 && went == 0;
    }
  }

  /**
   * Publishes the difference.
   *
   * @param present what the topic holds
   * @param writer takes the events; returns when the broker has them
   */
  Change feed(List<Question> given, List<Question> present, Consumer<List<QuestionEvent>> writer)
      throws IOException {
    Map<String, Question> there = new HashMap<>();
    present.forEach(question -> there.put(question.id(), question));
    List<QuestionEvent> events = new ArrayList<>();
    Set<String> ids = new LinkedHashSet<>();
    for (Question question : given) {
      ids.add(question.id());
      if (!question.equals(there.get(question.id()))) {
        events.add(event(question.id(), question));
      }
    }
    int came = events.size();
    Set<String> all =
        new TreeSet<>(Files.exists(published) ? Files.readAllLines(published) : List.of());
    for (String id : all) {
      if (!ids.contains(id) && there.containsKey(id)) {
        events.add(event(id, null));
      }
    }
    // Who is killed in between finds all that may have to go.
    all.addAll(ids);
    write(all);
    writer.accept(events);
    write(ids);
    return new Change(came, events.size() - came);
  }

  private static QuestionEvent event(String id, Question question) {
    return new QuestionEvent(id, question, new Origin("", 0, 0));
  }

  private void write(Collection<String> ids) throws IOException {
    Path part = published.resolveSibling(published.getFileName() + ".part");
    Files.write(part, ids);
    Files.move(
        part, published, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
