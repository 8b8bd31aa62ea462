package dev.craftstream.client.report;

import dev.craftstream.client.report.ReportPage.TaskPicture;
import dev.craftstream.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the template {@code report.ftlx} shows of a circle.
 *
 * @param plane the models by their right and wrong answers
 * @param ways the questions' ways over the turns; empty after one turn
 * @param ending what came of the newest turn
 */
public record CircleSection(
    Picture plane,
    Table results,
    Table labels,
    Table sides,
    List<TaskPicture> ways,
    Table paths,
    String ending) {

  static CircleSection of(CircleData circle) {
    CircleTables tables = new CircleTables(circle);
    return new CircleSection(
        new CirclePlane(circle).draw(),
        tables.results(),
        tables.labels(),
        tables.sides(),
        tasks(circle)
            .map(
                task ->
                    new TaskPicture(
                        "%s, %d turns".formatted(Wording.title(task), circle.turns().size()),
                        new TurnPaths(task, circle.paths()).draw(),
                        "One line a question, from a dot to where the next turn found it."))
            .toList(),
        tables.paths(),
        circle.ending());
  }

  private static Stream<Task> tasks(CircleData circle) {
    return circle.paths().stream().map(CircleData.Path::task).distinct().sorted();
  }

  /** The flow of each turn, by task. */
  static List<TaskPicture> flows(CircleData circle) {
    List<TaskPicture> flows = new ArrayList<>();
    for (CircleData.Turn turn : circle.turns()) {
      Summary summary = Summary.of(turn.questions());
      for (Task task : summary.tasks()) {
        Summary.Flow flow = summary.of(task).flow();
        flows.add(
            new TaskPicture(
                "Turn %d, %s".formatted(turn.number(), Wording.of(task)),
                new KnowledgeFlowMap(task, turn.questions()).draw(),
                ReportPage.flow(flow)));
      }
    }
    return flows;
  }
}
