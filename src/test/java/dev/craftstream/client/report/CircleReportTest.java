package dev.craftstream.client.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.client.report.EvaluatedCheckpoint.Estimate;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.label.Label;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** The page on a circle. */
class CircleReportTest {

  @Test
  void tellsHowTheModelDoesTurnAfterTurn() throws Exception {
    String page = HtmlReport.of(run(2));
    // To be looked at, too.
    Files.writeString(Path.of("target", "sample-circle.html"), page);

    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)));
    assertThat(page)
        .contains("The circle", "Turn 2 helps.")
        .contains("INITIAL, turn-1", "Turn 1, CRAFT", "Turn 2, CRAFT")
        .contains("THS by turn", "2 times around")
        .contains("answered correctly, Pc", "answered wrongly, Pw")
        .contains("wrong, then refused", "Who painted number 1? (Nobody)")
        .as("the flow of each turn")
        .contains("Turn 1, open-ended", "Turn 2, open-ended")
        .as("ways over the turns")
        .contains("Open-ended, 2 turns", "0.10 REFUSAL → 0.90 ANSWER");
  }

  @Test
  void afterOneTurnThereAreNoWays() {
    assertThat(HtmlReport.of(run(1)))
        .contains("The circle", "Turn 1, CRAFT")
        .doesNotContain("ways over the turns");
  }

  @Test
  void aRunThatIsNoneHasNoCircle() {
    assertThat(HtmlReport.of(SampleRun.make(5, 5))).doesNotContain("The circle");
  }

  @Test
  void tellsTheTerminalTheSame() {
    assertThat(SummaryText.of(run(2)))
        .contains("The circle, held-out questions", "Turn 2, CRAFT", "Changed sides")
        .contains("wrong, then refused", "Labels by turn", "Ways through the turns");
  }

  @Test
  void whereInitialsPointLiesTheScoreIsZeroAlongTheLineToTheOrigin() {
    Picture plane = new CirclePlane(circle(1)).draw();

    Picture.Line line = plane.thresholds().get(0);
    Picture.Point initial = plane.points().get(0);
    assertThat((initial.y() - line.y1()) / (initial.x() - line.x1()))
        .as("INITIAL is on its line")
        .isEqualTo((line.y2() - line.y1()) / (line.x2() - line.x1()), within());
    assertThat(plane.points()).hasSize(2);
    assertThat(plane.labels()).extracting(Picture.Text::text).contains("INITIAL", "Turn 1, CRAFT");
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.api.Assertions.within(1e-9);
  }

  private static RunData run(int turns) {
    CircleData circle = circle(turns);
    return RunData.builder()
        .circle(circle)
        .questions(circle.turns().get(turns - 1).questions(), 20)
        .evaluations(SampleRun.make(2, 2).evaluations())
        .build();
  }

  private static CircleData circle(int turns) {
    List<CircleData.Turn> all = new ArrayList<>();
    for (int number = 1; number <= turns; number++) {
      all.add(
          new CircleData.Turn(
              number,
              List.of(point("Turn " + number + ", CRAFT", 0.3, 0.3 - 0.1 * number)),
              SampleRun.make(20, 0).questions(),
              number - 1));
    }
    CircleData.Path path =
        new CircleData.Path(
            Task.OPEN_ENDED,
            "What is the capital of France?",
            "Paris",
            List.of(stop(0.1, Label.REFUSAL), stop(0.9, Label.ANSWER)));
    return new CircleData(
        point("INITIAL, turn-1", 0.36, 0.64),
        all,
        List.of(
            new CircleData.Side(
                Verdict.WRONG,
                Verdict.REFUSED,
                12,
                List.of(new CircleData.Example("Who painted number 1?", "Nobody")))),
        turns == 1 ? List.of() : List.of(path),
        "Turn " + turns + " helps.");
  }

  private static CircleData.Stop stop(double correctness, Label label) {
    return new CircleData.Stop(SampleRun.sampled(correctness, 0.5), label);
  }

  private static CircleData.Point point(String name, double correct, double wrong) {
    boolean isInitial = name.startsWith("INITIAL");
    return new CircleData.Point(
        name,
        name,
        73,
        share(correct),
        share(wrong),
        share(1 - correct - wrong),
        isInitial ? null : share(0.2),
        isInitial ? null : share(0.15),
        isInitial ? null : share(0.1));
  }

  private static Estimate share(double value) {
    return new Estimate(value, value - 0.05, value + 0.05);
  }
}
