package dev.craftstream.evaluation;

import dev.craftstream.model.Task;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The largest subjects of each task, those with the most questions, and of equals the first by
 * name. Holds no more of a task than it may.
 */
final class LargestSubjects {
  private static final Comparator<Sized> SMALLEST_FIRST =
      Comparator.comparingLong(Sized::questions)
          .thenComparing(Sized::subject, Comparator.reverseOrder());

  private final Map<Task, TreeSet<Sized>> byTask = new EnumMap<>(Task.class);
  private final int most;

  private record Sized(String subject, long questions) {}

  /**
   * @param most subjects of a task, 0 or more
   */
  LargestSubjects(int most) {
    this.most = most;
  }

  /**
   * Takes a subject in.
   *
   * @return the one that is left out for it, which may be itself; null where none is
   */
  SubjectKey add(SubjectKey key, long questions) {
    TreeSet<Sized> its = byTask.computeIfAbsent(key.task(), task -> new TreeSet<>(SMALLEST_FIRST));
    its.add(new Sized(key.subject(), questions));
    return its.size() > most ? new SubjectKey(key.task(), its.pollFirst().subject) : null;
  }

  /** Those of a task, in no order. */
  Stream<SubjectKey> of(Task task) {
    return byTask.getOrDefault(task, new TreeSet<>(SMALLEST_FIRST)).stream()
        .map(sized -> new SubjectKey(task, sized.subject));
  }
}
