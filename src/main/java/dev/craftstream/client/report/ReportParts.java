package dev.craftstream.client.report;

import dev.craftstream.client.report.ReportPage.TaskPicture;
import dev.craftstream.model.Task;
import java.util.List;
import java.util.function.Function;

/** Pictures and tables of a run that goes on, each for itself, as the report has them. */
public final class ReportParts {
  private final RunData run;
  private final Summary summary;
  private final Captions captions;

  public ReportParts(RunData run) {
    this.run = run;
    this.summary = Summary.of(run.questions());
    this.captions = new Captions(run);
  }

  /** The questions of each task on the plane of correctness and certainty. */
  public List<TaskPicture> planes() {
    return pictures(
        task -> new KnowledgePlane(task, divided(task), run.questions()).draw(),
        captions::certainty);
  }

  /** How the planes are to be read. */
  public String planeNote() {
    return captions.plane();
  }

  /** Where the questions of each task move; empty where there is no REHEARSAL. */
  public List<TaskPicture> flows() {
    return summary.hasFlow()
        ? pictures(
            task -> new KnowledgeFlowMap(task, run.questions()).draw(),
            task -> ReportPage.flow(summary.of(task).flow()))
        : List.of();
  }

  /** How much of the flow is chance; empty where nothing was drawn. */
  public String flowNote() {
    return captions.flow();
  }

  /** Of the evaluation's intervals, in percent. */
  public String confidence() {
    return captions.confidence();
  }

  /** How each evaluated model checkpoint does. */
  public Table evaluations() {
    return QualityTables.evaluations(run.evaluations());
  }

  /** How well each chooses what to refuse. */
  public Table abstention() {
    return QualityTables.abstention(run.evaluations());
  }

  /** The newest dead letters. */
  public Table failures() {
    return new ReportTables(run, summary).failures();
  }

  /** The first dataset of the task whose manifest names thresholds; null where there is none. */
  private ChosenDataset divided(Task task) {
    return run.datasets().stream()
        .filter(dataset -> dataset.task() == task && dataset.isDivided())
        .findFirst()
        .orElse(null);
  }

  private List<TaskPicture> pictures(
      Function<Task, Picture> picture, Function<Task, String> caption) {
    return summary.tasks().stream()
        .map(
            task ->
                new TaskPicture(
                    "%s, %s questions"
                        .formatted(Wording.title(task), Wording.count(summary.of(task).size())),
                    picture.apply(task),
                    caption.apply(task)))
        .toList();
  }
}
