package dev.craftstream.client.report;

import dev.craftstream.client.report.EvaluatedCheckpoint.Estimate;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.label.Label;
import java.nio.file.Path;
import java.util.List;

/**
 * A circle: the model before it was tuned the first time, and what became of it turn after turn.
 *
 * @param first the first turn's INITIAL checkpoint
 * @param turns in their order, at least one
 * @param sides the ways that held-out questions went from {@code first} to the newest turn's model,
 *     those that stayed left out
 * @param paths what the turns' INITIAL checkpoints know of each question; empty after one turn
 * @param ending what came of the newest turn, as a sentence or two
 */
public record CircleData(
    Point first, List<Turn> turns, List<Side> sides, List<Path> paths, String ending) {

  public CircleData {
    turns = List.copyOf(turns);
    sides = List.copyOf(sides);
    paths = List.copyOf(paths);
  }

  /**
   * How a model checkpoint does on all held-out questions, of both tasks.
   *
   * @param name what it is, for people
   * @param questions how many were judged
   * @param overRefusal of what {@code first} answers correctly; null for it, and where it answers
   *     none correctly
   * @param truthfulHelpfulness THS against {@code first}; null for it, and where it is undefined
   * @param againstBefore THS against its own INITIAL checkpoint, the model of the turn before; null
   *     where it is undefined
   */
  public record Point(
      String checkpointId,
      String name,
      long questions,
      Estimate correct,
      Estimate wrong,
      Estimate refused,
      Estimate overRefusal,
      Estimate truthfulHelpfulness,
      Estimate againstBefore) {}

  /**
   * Once around.
   *
   * @param tuned the TUNED checkpoints, the one first that the next turn starts from
   * @param questions to train on, as this turn found and labelled them
   * @param changedLabels how many of them had another label in the turn before
   */
  public record Turn(
      int number, List<Point> tuned, List<CuratedQuestion> questions, int changedLabels) {
    public Turn {
      tuned = List.copyOf(tuned);
      questions = List.copyOf(questions);
    }
  }

  /** Held-out questions that went one way, with some of them. */
  public record Side(Verdict before, Verdict after, int questions, List<Example> examples) {
    public Side {
      examples = List.copyOf(examples);
    }
  }

  /** A question and its gold answer. */
  public record Example(String question, String gold) {}

  /**
   * A question's way through the plane.
   *
   * @param stops at the turns' INITIAL checkpoints, in order; null where it was not measured
   */
  public record Path(Task task, String question, String gold, List<Stop> stops) {}

  /**
   * Where a question is at one turn.
   *
   * @param label what that turn made of it; null where it was not decided
   */
  public record Stop(CuratedQuestion.Knowledge knowledge, Label label) {}
}
