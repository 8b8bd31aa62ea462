package dev.craftstream.client.report;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.model.Task;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Thresholds;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PictureTest {
  private static final Axes CERTAINTY_0_TO_1 = Axes.around(List.of(0.0, 1.0));

  @Test
  void givenQuestions_whenDrawn_thenEachIsAPointOfItsLabel() {
    RunData run = SampleRun.make(40, 20);
    Summary openEnded = Summary.of(run.questions()).of(Task.OPEN_ENDED);

    Picture plane = plane(run.questions(), Task.OPEN_ENDED);

    Map<String, Long> points =
        plane.points().stream().collect(groupingBy(Picture.Point::style, counting()));
    assertThat(points)
        .containsEntry("answer", (long) openEnded.count(Label.ANSWER))
        .containsEntry("refusal", (long) openEnded.count(Label.REFUSAL))
        .containsEntry("dropped", (long) openEnded.count(Label.DROPPED));
    assertThat(plane.points()).hasSize(40);
  }

  @Test
  void givenAMultipleChoiceQuestion_whenDrawn_thenItsPointLiesAtItsCorrectnessAndCertainty() {
    Picture plane =
        plane(
            List.of(
                choice("low", 0.0, 0.0, 0.0, 0.0),
                choice("middle", 0.5, 0.5, 0.5, 0.5),
                choice("high", 1.0, 1.0, 1.0, 1.0)),
            Task.MULTIPLE_CHOICE);

    Picture.Point low = plane.points().get(0);
    Picture.Point middle = plane.points().get(1);
    Picture.Point high = plane.points().get(2);
    assertThat(low.x()).isLessThan(middle.x());
    assertThat(middle.x()).isEqualTo((low.x() + high.x()) / 2, within(1e-9));
    assertThat(low.y()).as("certainty grows upwards").isGreaterThan(middle.y());
    assertThat(middle.y()).isEqualTo((low.y() + high.y()) / 2, within(1e-9));
    assertThat(middle.tooltip()).contains("correctness 0.50, certainty 0.50");
  }

  @Test
  void givenThresholdsThatDiffer_whenDrawn_thenBothStandWhereTheyDivideTheQuestions() {
    Picture openEnded = plane(SampleRun.make(40, 20).questions(), Task.OPEN_ENDED);

    assertThat(openEnded.thresholds())
        .extracting(Picture.Line::x1)
        .containsExactlyElementsOf(
            List.of(Thresholds.PAPER.openEndedRefusal(), Thresholds.PAPER.openEndedAnswer())
                .stream()
                .map(CERTAINTY_0_TO_1::x)
                .distinct()
                .toList());
  }

  @Test
  void givenQuestionsThatMove_whenDrawn_thenArrowsGoTheirWay() {
    Picture flow =
        new KnowledgeFlowMap(
                Task.MULTIPLE_CHOICE,
                List.of(
                    choice("up", 0.1, 0.1, 0.6, 0.1),
                    choice("down", 0.9, 0.9, 0.4, 0.9),
                    choice("same", 0.5, 0.5, 0.5, 0.5)))
            .draw();

    assertThat(flow.arrows())
        .extracting(Picture.Arrow::direction)
        .containsExactlyInAnyOrder("up", "down", "same");
    for (Picture.Arrow arrow : flow.arrows()) {
      switch (arrow.direction()) {
        case "up" -> assertThat(arrow.head().get(0).x()).isGreaterThan(arrow.x());
        case "down" -> assertThat(arrow.head().get(0).x()).isLessThan(arrow.x());
        default -> {
          assertThat(arrow.shaft()).isNull();
          assertThat(arrow.head()).isEmpty();
        }
      }
    }
  }

  private static Picture plane(List<CuratedQuestion> questions, Task task) {
    ChosenDataset divided =
        SampleRun.make(1, 1).datasets().stream()
            .filter(dataset -> dataset.task() == task && dataset.isDivided())
            .findFirst()
            .orElseThrow();
    return new KnowledgePlane(task, divided, questions).draw();
  }

  private static CuratedQuestion choice(
      String id, double correctness, double certainty, double correctnessAfter, double after) {
    return SampleRun.question(
        id,
        Task.MULTIPLE_CHOICE,
        "Which?",
        List.of("this", "that"),
        "B",
        SampleRun.weighed(correctness, certainty),
        SampleRun.weighed(correctnessAfter, after));
  }
}
