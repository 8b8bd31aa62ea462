package dev.craftstream.embedded.circle;

import dev.craftstream.client.RunLedger;
import dev.craftstream.client.RunReader;
import dev.craftstream.client.Terminal;
import dev.craftstream.client.report.CircleData;
import dev.craftstream.client.report.CuratedQuestion;
import dev.craftstream.client.report.HtmlReport;
import dev.craftstream.client.report.RunData;
import dev.craftstream.client.report.SummaryText;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.EmbeddedRun;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.label.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The report on a circle, from what is committed in the topics. */
final class CircleReport {
  private final EmbeddedRun run;
  private final CurationSettings settings;
  private final CircleLedger ledger;
  private final CircleSetUp setUp;
  private final Path page;
  private final CircleFigures figures;

  CircleReport(EmbeddedRun run, CircleLedger ledger, CircleSetUp setUp, Path page) {
    this.run = run;
    this.settings = run.settings();
    this.ledger = ledger;
    this.setUp = setUp;
    this.page = page;
    this.figures = new CircleFigures(ledger, settings.bootstrap(), settings.wrongPenalty());
  }

  /** Whether a turn that is done helped. */
  Progress progress(Turn turn) throws IOException {
    return new Progress(
        turn,
        figures.truthfulHelpfulness(turn.tuned(setUp.strategies().get(0)), turn.initial()),
        settings.bootstrap().confidence());
  }

  /**
   * Writes the page.
   *
   * @param last the newest turn that is done
   * @param ending what came of the newest turn
   * @param took how long this run has taken
   * @param terminal gets a summary; null for none
   */
  void write(Turn last, String ending, Duration took, Terminal terminal) throws IOException {
    List<Question> questions = ledger.questions();
    RunLedger committed = new RunLedger(questions);
    RunReader.readOnce(settings.kafka(), committed, (read, left) -> {});
    CircleData circle = circle(last, ending, committed);
    RunData data =
        RunData.builder()
            .circle(circle)
            .questions(
                circle.turns().get(circle.turns().size() - 1).questions(),
                questions.stream().filter(q -> q.purpose() == Purpose.TRAIN).count())
            .took(took, run.phases().all())
            .datasets(
                committed.chosen(
                    last.initial(), last.rehearsal(), settings.datasets().strategies()))
            .evaluations(committed.evaluations())
            .failures(committed.failures())
            .facts(facts(last))
            .build();
    Path part = page.resolveSibling(page.getFileName() + ".part");
    Files.writeString(part, HtmlReport.of(data));
    Files.move(part, page, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    if (terminal != null) {
      terminal.line("");
      terminal.text(SummaryText.of(data));
    }
  }

  private CircleData circle(Turn last, String ending, RunLedger committed) throws IOException {
    List<CircleData.Turn> turns = new ArrayList<>();
    List<CuratedQuestion> before = List.of();
    for (Turn turn = new Turn(1); turn.number() <= last.number(); turn = turn.next()) {
      List<CuratedQuestion> now = committed.curated(turn.initial(), turn.rehearsal());
      List<CircleData.Point> tuned = new ArrayList<>();
      for (Strategy strategy : setUp.strategies()) {
        tuned.add(
            figures.tuned(
                turn.tuned(strategy), turn, "Turn %d, %s".formatted(turn.number(), strategy)));
      }
      turns.add(new CircleData.Turn(turn.number(), tuned, now, changed(before, now)));
      before = now;
    }
    return new CircleData(
        figures.first(),
        turns,
        figures.sides(last.tuned(setUp.strategies().get(0))),
        turns.size() == 1 ? List.of() : paths(turns),
        ending.isEmpty() ? progress(last).sentence() : ending);
  }

  private static int changed(List<CuratedQuestion> before, List<CuratedQuestion> now) {
    Map<String, CuratedQuestion> earlier = new HashMap<>();
    before.forEach(question -> earlier.put(question.id(), question));
    return (int)
        now.stream()
            .filter(q -> q.newest() != null)
            .filter(q -> earlier.containsKey(q.id()) && earlier.get(q.id()).newest() != null)
            .filter(q -> earlier.get(q.id()).newest().label() != q.newest().label())
            .count();
  }

  private static List<CircleData.Path> paths(List<CircleData.Turn> turns) {
    List<CircleData.Path> paths = new ArrayList<>();
    // All turns have the questions of now, in one order.
    for (int i = 0; i < turns.get(0).questions().size(); i++) {
      List<CircleData.Stop> stops = new ArrayList<>();
      for (CircleData.Turn turn : turns) {
        CuratedQuestion question = turn.questions().get(i);
        stops.add(
            question.initial() == null
                ? null
                : new CircleData.Stop(
                    question.initial(),
                    question.newest() == null ? null : question.newest().label()));
      }
      CuratedQuestion question = turns.get(0).questions().get(i);
      paths.add(new CircleData.Path(question.task(), question.text(), question.goldText(), stops));
    }
    return paths;
  }

  private List<RunData.Fact> facts(Turn last) {
    List<RunData.Fact> facts = new ArrayList<>();
    facts.add(
        new RunData.Fact(
            "Strategies",
            String.join(", ", setUp.strategies().stream().map(Strategy::name).toList())));
    ledger
        .announced(last.initial())
        .ifPresent(
            initial ->
                facts.add(
                    new RunData.Fact(
                        "INITIAL of turn " + last.number(), initial.serving().shown())));
    facts.add(
        new RunData.Fact(
            "Sampling",
            "%d samples a question at temperature %s"
                .formatted(settings.query().samples(), settings.query().temperature())));
    facts.add(
        new RunData.Fact(
            "Intervals",
            "%.0f %%, of %d bootstrap resamples"
                .formatted(
                    100 * settings.bootstrap().confidence(), settings.bootstrap().resamples())));
    facts.add(
        new RunData.Fact("Machine", Runtime.getRuntime().availableProcessors() + " processors"));
    return facts;
  }
}
