package dev.craftstream.cli.local;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.topics.records.RecordLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which questions an embedded run asks. */
public final class QuestionChoice {
  /** As many of the project's as two cores measure twice in about five minutes. */
  private static final Integer OPEN_ENDED = 150;

  private static final Integer MULTIPLE_CHOICE = 60;

  private QuestionChoice() {}

  /**
   * The questions of a file; or of the project's, and others of these to evaluate with.
   *
   * @param file null for the project's
   * @param openEnded how many to train on at most; null for all of a file's, 150 of the project's
   * @param multipleChoice the same; 60 of the project's
   * @param heldOut how many of the project's others to evaluate with at most; null for all
   * @throws IOException with a sentence, where they cannot be used
   */
  static List<Question> of(
      Path file, Integer openEnded, Integer multipleChoice, Integer heldOut, RecordLimits limits)
      throws IOException {
    List<QuestionEvent> events =
        file == null ? QuestionsFile.builtIn(limits) : QuestionsFile.read(file, limits);
    List<Question> all = new ArrayList<>();
    for (QuestionEvent event : events) {
      if (event.question() == null) {
        throw new IOException(
            "The file removes question "
                + event.questionId()
                + "; leave it out, and what is not in the file is not asked.");
      }
      all.add(event.question());
    }
    boolean own = file == null;
    List<Question> chosen =
        spread(
            all,
            openEnded == null && own ? OPEN_ENDED : openEnded,
            multipleChoice == null && own ? MULTIPLE_CHOICE : multipleChoice);
    if (chosen.stream().noneMatch(question -> question.purpose() == Purpose.TRAIN)) {
      throw new IOException(
          "No question is left that could become an instruction; give at least one of PURPOSE_TRAIN.");
    }
    if (own) {
      chosen = new ArrayList<>(chosen);
      chosen.addAll(heldOut(all, chosen, heldOut));
    }
    return chosen;
  }

  /** At most {@code most} of those that were not chosen, both tasks in their proportion. */
  private static List<Question> heldOut(List<Question> all, List<Question> chosen, Integer most) {
    List<Question> rest = new ArrayList<>(all);
    rest.removeAll(chosen);
    int wanted = most == null ? rest.size() : most;
    int openEnded = (int) rest.stream().filter(q -> q.task() == Task.OPEN_ENDED).count();
    int some = rest.isEmpty() ? 0 : Math.round((float) wanted * openEnded / rest.size());
    return spread(rest, some, wanted - some).stream()
        .map(question -> question.withPurpose(Purpose.EVALUATE))
        .toList();
  }

  /** At most so many of each task, in their order, from everywhere in the list. */
  static List<Question> spread(List<Question> all, Integer openEnded, Integer multipleChoice) {
    Map<Task, Integer> limits = new HashMap<>();
    limits.put(Task.OPEN_ENDED, openEnded);
    limits.put(Task.MULTIPLE_CHOICE, multipleChoice);
    Map<Task, Integer> sizes = new HashMap<>();
    all.forEach(question -> sizes.merge(question.task(), 1, Integer::sum));
    Map<Task, Integer> seen = new HashMap<>();
    List<Question> chosen = new ArrayList<>();
    for (Question question : all) {
      long size = sizes.get(question.task());
      Integer limit = limits.get(question.task());
      long place = seen.merge(question.task(), 1, Integer::sum);
      if (limit == null || limit >= size || place * limit / size > (place - 1) * limit / size) {
        chosen.add(question);
      }
    }
    return chosen;
  }
}
