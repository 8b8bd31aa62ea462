package dev.craftstream.client.report;

import dev.craftstream.client.report.ReportPage.TaskPicture;
import dev.craftstream.model.checkpoint.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The curves behind the figures of {@link CertaintyCard}: how often the model is wrong where only
 * its most certain questions are counted (risk and coverage), and how correctness lies beside
 * certainty read as a probability (reliability).
 */
final class CertaintyPictures {
  private static final int STEPS = 20;
  private static final Axes AXES = Axes.ofShares();

  private CertaintyPictures() {}

  /** Two pictures for each task and kind of certainty, with the model checkpoints in both. */
  static List<TaskPicture> of(List<CertaintyCard> cards) {
    Map<String, List<CertaintyCard>> together = new LinkedHashMap<>();
    for (CertaintyCard card : cards) {
      String name = Wording.title(card.task()) + ", " + Wording.of(card.kind());
      together.computeIfAbsent(name, any -> new ArrayList<>()).add(card);
    }
    List<TaskPicture> pictures = new ArrayList<>();
    together.forEach(
        (name, its) -> {
          pictures.add(
              new TaskPicture(
                  "Risk and coverage: " + name,
                  riskAndCoverage(its),
                  "How often the model is wrong among its most certain questions. On the dashed line"
                      + " certainty would tell nothing under INITIAL."));
          pictures.add(
              new TaskPicture(
                  "Reliability: " + name,
                  reliability(its),
                  "Each point is a tenth of the range of certainty, read as a probability. On the dashed"
                      + " line it is the share that is right."));
        });
    return pictures;
  }

  private static Picture riskAndCoverage(List<CertaintyCard> cards) {
    List<Picture.Point> points = new ArrayList<>();
    for (CertaintyCard card : cards) {
      int all = card.quality().questions();
      int before = 0;
      for (int step = 1; step <= STEPS; step++) {
        int most = Math.round(all * step / (float) STEPS);
        if (most > before) {
          double coverage = most / (double) all;
          double risk = card.quality().risk(most);
          points.add(
              new Picture.Point(
                  style(card.role()),
                  AXES.x(coverage),
                  AXES.y(risk),
                  String.format(
                      Locale.ROOT,
                      "%s: of the most certain %.0f %%, %.2f wrong",
                      card.role(),
                      100 * coverage,
                      risk)));
          before = most;
        }
      }
    }
    double byChance = AXES.y(cards.get(0).quality().risk(cards.get(0).quality().questions()));
    return picture(
        "How often the model is wrong among its most certain questions",
        "coverage, the most certain first",
        "share that is wrong",
        new Picture.Line(AXES.x(0), byChance, AXES.x(1), byChance),
        points);
  }

  private static Picture reliability(List<CertaintyCard> cards) {
    List<Picture.Point> points = new ArrayList<>();
    for (CertaintyCard card : cards) {
      card.quality()
          .calibration()
          .forEach(
              bin ->
                  points.add(
                      new Picture.Point(
                          style(card.role()),
                          AXES.x(bin.confidence()),
                          AXES.y(bin.correctness()),
                          String.format(
                              Locale.ROOT,
                              "%s: %,d questions of certainty %.2f, correctness %.2f",
                              card.role(),
                              bin.questions(),
                              bin.confidence(),
                              bin.correctness()))));
    }
    return picture(
        "Correctness beside certainty read as a probability",
        "certainty as a probability",
        "correctness",
        new Picture.Line(AXES.x(0), AXES.y(0), AXES.x(1), AXES.y(1)),
        points);
  }

  private static Picture picture(
      String description,
      String across,
      String up,
      Picture.Line chance,
      List<Picture.Point> points) {
    return new Picture(
        description,
        AXES.frame(across, up),
        List.of(chance),
        List.of(),
        List.copyOf(points),
        List.of());
  }

  private static String style(Role role) {
    return role == Role.INITIAL ? "first" : "later";
  }
}
