package dev.craftstream.client.report;

import dev.craftstream.model.Task;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The figures of a run. */
public final class Summary {
  private static final Comparator<CuratedQuestion> TELLING =
      Comparator.<CuratedQuestion>comparingDouble(q -> -Math.abs(q.flow()))
          .thenComparing(CuratedQuestion::id);

  private final List<CuratedQuestion> questions;

  private Summary(List<CuratedQuestion> questions) {
    this.questions = questions;
  }

  public static Summary of(List<CuratedQuestion> questions) {
    return new Summary(List.copyOf(questions));
  }

  /** The figures of one task's questions. */
  public Summary of(Task task) {
    return new Summary(questions.stream().filter(q -> q.task() == task).toList());
  }

  /** The tasks that there are questions of. */
  public List<Task> tasks() {
    return questions.stream().map(CuratedQuestion::task).distinct().sorted().toList();
  }

  public int size() {
    return questions.size();
  }

  /** How many questions have this label now. */
  public int count(Label label) {
    return count(q -> q.newest() != null && q.newest().label() == label);
  }

  /** How many questions had this label before REHEARSAL. */
  public int countBefore(Label label) {
    return count(q -> q.before() != null && q.before().label() == label);
  }

  /** How many questions are in neither set for this reason. */
  public int count(DropReason reason) {
    return count(q -> q.newest() != null && q.newest().dropReason() == reason);
  }

  /** Mean sureness of the labels; not a number where none says how sure it is. */
  double sureness(boolean before) {
    return questions.stream()
        .map(q -> before ? q.before() : q.newest())
        .filter(decision -> decision != null && !Double.isNaN(decision.sureness()))
        .mapToDouble(CuratedQuestion.Curation::sureness)
        .average()
        .orElse(Double.NaN);
  }

  /** How many questions have no label, since they could not be measured. */
  public int withoutLabel() {
    return count(q -> q.newest() == null);
  }

  /** How many questions went from one label before REHEARSAL to another after it. */
  public int changes(Label from, Label to) {
    return count(
        q ->
            q.before() != null
                && q.after() != null
                && q.before().label() == from
                && q.after().label() == to);
  }

  /**
   * The ways that labels went, with how many went each.
   *
   * @param format of the label before, the label after and the number
   */
  List<String> labelChanges(String format) {
    List<String> changes = new ArrayList<>();
    for (Label from : Label.values()) {
      for (Label to : Label.values()) {
        if (from != to && changes(from, to) > 0) {
          changes.add(format.formatted(from, to, changes(from, to)));
        }
      }
    }
    return changes;
  }

  /**
   * Whether there are labels before and after REHEARSAL to compare. Where REHEARSAL was announced
   * before INITIAL's answers came, no label was provisional.
   */
  boolean comparesLabels() {
    return questions.stream().anyMatch(q -> q.before() != null && q.after() != null);
  }

  /** How many labels changed. */
  public int changes() {
    int changed = 0;
    for (Label from : Label.values()) {
      for (Label to : Label.values()) {
        changed += from == to ? 0 : changes(from, to);
      }
    }
    return changed;
  }

  /** Whether any question was measured under REHEARSAL, too. */
  boolean hasFlow() {
    return questions.stream().anyMatch(CuratedQuestion::hasFlow);
  }

  /** Where knowledge went from INITIAL to REHEARSAL; the mean is 0 where there is none. */
  public Flow flow() {
    List<CuratedQuestion> flowing = questions.stream().filter(CuratedQuestion::hasFlow).toList();
    return new Flow(
        (int) flowing.stream().filter(q -> q.flow() > 0).count(),
        (int) flowing.stream().filter(q -> q.flow() < 0).count(),
        (int) flowing.stream().filter(q -> q.flow() == 0).count(),
        flowing.stream().mapToDouble(CuratedQuestion::flow).average().orElse(0));
  }

  /**
   * How many questions are answered better, worse and alike after rehearsal, and by how much on
   * average.
   */
  public record Flow(int up, int down, int same, double mean) {}

  /**
   * Questions that show what happened: at most one for each way that a label can go, of each task,
   * those whose knowledge moved most.
   */
  public List<CuratedQuestion> examples() {
    List<CuratedQuestion> examples = new ArrayList<>();
    for (Task task : tasks()) {
      Map<Label, CuratedQuestion> byLabel = new EnumMap<>(Label.class);
      questions.stream()
          .filter(q -> q.task() == task && q.hasFlow() && q.before() != null && q.after() != null)
          .sorted(
              Comparator.comparing((CuratedQuestion q) -> q.before().label() == q.after().label())
                  .thenComparing(TELLING))
          .forEach(q -> byLabel.putIfAbsent(q.after().label(), q));
      examples.addAll(byLabel.values());
    }
    return List.copyOf(examples);
  }

  private int count(Predicate<CuratedQuestion> condition) {
    return (int) questions.stream().filter(condition).count();
  }
}
