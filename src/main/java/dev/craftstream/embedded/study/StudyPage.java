package dev.craftstream.embedded.study;

import dev.craftstream.embedded.study.StudyData.Setting;
import dev.craftstream.embedded.study.StudyResults.ArmResult;
import dev.craftstream.embedded.study.StudyResults.Figures;
import dev.craftstream.embedded.study.StudyResults.Flow;
import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The page of a study, in Markdown. */
final class StudyPage {
  private static final int KINDS = 6;

  /** THS of LLaMA2-7B-chat on TriviaQA and NQ (paper, table 1). */
  private static final Map<String, String> PAPER =
      Map.of(
          "van-tuning", "-3.7 / -2.5",
          "cor-rait", "19.7 / 4.7",
          "corcer-rait", "21.1 / 5.2",
          "craft-without-certainty", "20.1 / 5.4",
          "craft", "23.3 / 6.5");

  private static final String PAPER_PROMPTED = "11.5 / 4.8";

  private final StudyResults results;
  private final Setting setting;
  private final StringBuilder page = new StringBuilder();

  private StudyPage(StudyResults results, Setting setting) {
    this.results = results;
    this.setting = setting;
  }

  static String of(StudyResults results, Setting setting) {
    StudyPage page = new StudyPage(results, setting);
    page.introduction();
    page.main();
    page.rules();
    page.matched();
    page.kinds();
    page.conflicts();
    page.flow();
    page.conclusions();
    page.repeat();
    return page.page.toString();
  }

  // ---------------------------------------------------------------- parts

  private void introduction() {
    text("# Reproduction of the paper's claim");
    text("");
    text(
        "Made by `./craft reproduce` from what it measured; the figures are in `results.json` beside its other results.");
    text("");
    text(
        "The paper's claim: trained on the same measurements, CRAFT and CORCER_RAIT are more helpful and truthful (THS) than COR_RAIT, that more than VAN_TUNING, and CRAFT refuses less of what the model knows than COR_RAIT does.");
    text("");
    text("## Set-up");
    text("");
    text(
        "- %s, trained by the reference trainer (LoRA of rank 8), asked by the job. %s one-fact questions to train on and %s of other countries, cities, elements and works to test with, those of NQ-open among them (`%s`).",
        setting.model(),
        count(results.trainQuestions()),
        count(results.testQuestions()),
        StudyQuestions.HOPELESS);
    text(
        "- INITIAL has a mean correctness of %s: %d questions never right, %d at most .49, %d at least .51.",
        share(results.knowledge().meanCorrectness()),
        results.knowledge().never(),
        results.knowledge().half(),
        results.knowledge().right());
    text(
        "- Each dataset has %d ANSWER and %d REFUSAL questions, where there are so many (VAN_TUNING %d ANSWER). Training seeds that were wanted: %s; the tables say how many are in.",
        setting.answers(),
        setting.refusals(),
        setting.answers() + setting.refusals(),
        setting.trainingSeeds().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    text(
        "- THS is against INITIAL without the offer to refuse, as in the paper, times 100. Intervals are of 95 %: a paired bootstrap over the test questions, with the mean over the training seeds as the figure.");
    text("");
  }

  private void main() {
    text("## The five strategies");
    text("");
    row(
        "model",
        "seeds",
        "Pc",
        "Pw",
        "Pr",
        "THS",
        "by seed",
        "over-refusal",
        "paper's THS, TriviaQA / NQ");
    line(9);
    figures("INITIAL", 0, results.plain(), List.of(), "0 / 0");
    figures("INITIAL, refusal-aware prompt", 0, results.prompted(), List.of(), PAPER_PROMPTED);
    for (ArmResult arm : results.arms()) {
      if (PAPER.containsKey(arm.arm())) {
        figures(arm.title(), arm.trained(), arm.figures(), arm.bySeed(), PAPER.get(arm.arm()));
      }
    }
    text("");
    text("THS less that of COR_RAIT, on the same questions:");
    text("");
    for (ArmResult arm : results.arms()) {
      if (PAPER.containsKey(arm.arm())
          && !arm.arm().equals("cor-rait")
          && arm.againstCorRait() != null) {
        text(
            "- %s: %s, %s.",
            arm.title(), hundredfold(arm.againstCorRait()), verdict(arm.againstCorRait()));
      }
    }
    text("");
  }

  private void rules() {
    text("## Flow rules");
    text("");
    row(
        "dataset",
        "seeds",
        "REFUSAL candidates",
        "Pr",
        "THS",
        "over-refusal",
        "THS less COR_RAIT's");
    line(7);
    for (ArmResult arm : results.arms()) {
      row(
          arm.title(),
          "" + arm.trained(),
          count(arm.refusalCandidates()),
          share(arm.figures().refused()),
          hundredfold(arm.figures().truthfulHelpfulness()),
          shares(arm.figures().overRefusal()),
          arm.againstCorRait() == null ? "" : hundredfold(arm.againstCorRait()));
    }
    text("");
    text(
        "*Of the null flow*: the same rule by INITIAL asked twice instead of REHEARSAL. What it changes, chance changes.");
    text("");
  }

  private void matched() {
    text("## At the same refusal rate");
    text("");
    text(
        "The strategies differ in how much the model refuses. So each model is made to refuse %s of the test questions, which is the most that one refused by itself: first those that it refuses, then those whose answer most probably begins as a refusal. AUROC is of that probability for \"INITIAL is wrong\"; 0.5 is chance, and it does not depend on any rate.",
        share(results.matchedRefusals()));
    text("");
    row("dataset", "AUROC", "THS", "over-refusal", "THS less COR_RAIT's");
    line(5);
    for (ArmResult arm : results.arms()) {
      row(
          arm.title(),
          share(arm.area()),
          hundredfold(arm.matched().truthfulHelpfulness()),
          shares(arm.matched().overRefusal()),
          arm.matched().againstCorRait() == null
              ? ""
              : hundredfold(arm.matched().againstCorRait()));
    }
    text("");
  }

  private void kinds() {
    text("## Kinds of questions that are to be refused");
    text("");
    row("dataset", "REFUSAL questions", "most frequent kinds");
    line(3);
    for (ArmResult arm : results.arms()) {
      row(
          arm.title(),
          "" + arm.refusals(),
          arm.kinds().entrySet().stream()
              .limit(KINDS)
              .map(kind -> kind.getKey() + " " + kind.getValue())
              .collect(Collectors.joining(", ")));
    }
    text("");
  }

  private void conflicts() {
    text("## The two conflicts");
    text("");
    text(
        "Static (CRSS): share of the REFUSAL questions whose nearest ANSWER question is more similar than a threshold. Dynamic: what the tuned model of the first training seed knows of the questions that it was taught to refuse, asked by the knowledge query as INITIAL was; INITIAL asked again beside it, since those with few right samples get more by chance.");
    text("");
    row(
        "dataset",
        "CRSS .8",
        "CRSS .9",
        "CRSS .95",
        "over-refusal",
        "correctness of its refusals: INITIAL again",
        "TUNED");
    line(7);
    for (ArmResult arm : results.arms()) {
      row(
          arm.title(),
          conflict(arm, "0.8"),
          conflict(arm, "0.9"),
          conflict(arm, "0.95"),
          shares(arm.figures().overRefusal()),
          arm.taughtToRefuse() == 0 ? "" : share(arm.knownBefore()),
          arm.taughtToRefuse() == 0 ? "" : share(arm.knownNow()));
    }
    text("");
  }

  private static String conflict(ArmResult arm, String threshold) {
    Double share = arm.conflicts().get(threshold);
    return share == null ? "" : share(share);
  }

  private void flow() {
    text("## Flow and chance");
    text("");
    text(
        "Over the questions of a correctness of at most .49 under INITIAL, with ten samples each:");
    text("");
    row(
        "",
        "questions",
        "up",
        "same",
        "down",
        "up surely",
        "mean, never right",
        "mean, half known");
    line(8);
    flow("REHEARSAL less INITIAL", results.flow());
    flow("INITIAL asked again less INITIAL", results.nullFlow());
    text("");
    text(
        "*Up surely*: with a probability above .9, given the counts. Two draws of ten samples give the same label to %s of the questions; ten give the label of all twenty to %s.",
        share(results.samples().agree()), share(results.samples().withTwenty()));
    text("");
  }

  private void flow(String name, Flow flow) {
    row(
        name,
        "" + flow.questions(),
        share(flow.up()),
        share(flow.same()),
        share(flow.down()),
        share(flow.surely()),
        signed(flow.meanOfNever()),
        signed(flow.meanOfHalf()));
  }

  // ---------------------------------------------------------------- conclusions

  private void conclusions() {
    text("## What follows");
    text("");
    List<String> said = new ArrayList<>();
    ArmResult vanTuning = arm("van-tuning");
    ArmResult corRait = arm("cor-rait");
    if (vanTuning != null) {
      Interval helpfulness = vanTuning.figures().truthfulHelpfulness();
      said.add(
          "VAN_TUNING, which is never taught to refuse, has a THS of %s against INITIAL%s."
              .formatted(
                  hundredfold(helpfulness),
                  helpfulness.high() < 0 ? ": it makes the model less truthful" : ""));
    }
    if (corRait != null) {
      for (String name : List.of("corcer-rait", "craft-without-certainty", "craft")) {
        ArmResult other = arm(name);
        if (other != null && other.againstCorRait() != null) {
          said.add(
              "%s has %s THS %s COR_RAIT (%s), and an over-refusal of %s against %s. %s"
                  .formatted(
                      other.title(),
                      other.againstCorRait().value() > 0 ? "more" : "less",
                      "than",
                      hundredfold(other.againstCorRait()),
                      share(other.figures().overRefusal().value()),
                      share(corRait.figures().overRefusal().value()),
                      other.matched().againstCorRait().excludesZero()
                          ? "At the same refusal rate the difference is "
                              + hundredfold(other.matched().againstCorRait())
                              + "."
                          : "At the same refusal rate no difference is shown ("
                              + hundredfold(other.matched().againstCorRait())
                              + ")."));
        }
      }
      best().ifPresent(best -> said.add(recommendation(best, corRait)));
    }
    said.forEach(sentence -> text("- %s", sentence));
    text("");
  }

  private Optional<ArmResult> best() {
    return results.arms().stream()
        .filter(arm -> !arm.arm().equals("van-tuning"))
        .max(Comparator.comparingDouble(arm -> arm.matched().truthfulHelpfulness().value()));
  }

  private static String recommendation(ArmResult best, ArmResult corRait) {
    if (best == corRait) {
      return "At the same refusal rate nothing beats COR_RAIT here: with such a model and such questions take COR_RAIT, and set how much is refused by the ratio of REFUSAL questions.";
    }
    Interval difference = best.matched().againstCorRait();
    return difference.low() > 0
        ? "At the same refusal rate %s is best, %s above COR_RAIT: take it with such a model and such questions."
            .formatted(best.title(), hundredfold(difference))
        : "At the same refusal rate %s comes out highest, but no difference to COR_RAIT is shown (%s): with such a model and such questions the strategy matters less than how much is refused, which the ratio of REFUSAL questions sets."
            .formatted(best.title(), hundredfold(difference));
  }

  private ArmResult arm(String name) {
    return results.arms().stream().filter(arm -> arm.arm().equals(name)).findFirst().orElse(null);
  }

  private void repeat() {
    text("## Repeat it");
    text("");
    text("    ./craft reproduce --nq-open nq_dev.json --page docs/reproduction.md");
    text("");
    text(
        "It goes on where it was interrupted, and all seeds are fixed; under load the model server's answers differ by rounding, so that figures differ within their intervals. Where the questions come from: [study](../src/study/README.md). `./craft reproduce --help` says how to make it smaller.");
  }

  // ---------------------------------------------------------------- words

  private void figures(String name, int seeds, Figures figures, List<Double> bySeed, String paper) {
    row(
        name,
        seeds == 0 ? "" : "" + seeds,
        share(figures.correct()),
        share(figures.wrong()),
        share(figures.refused()),
        hundredfold(figures.truthfulHelpfulness()),
        bySeed.stream().map(ths -> number(100 * ths)).collect(Collectors.joining(", ")),
        shares(figures.overRefusal()),
        paper);
  }

  private static String verdict(Interval difference) {
    return difference.low() > 0
        ? "above it"
        : difference.high() < 0 ? "below it" : "no difference is shown";
  }

  private static String hundredfold(Interval interval) {
    return "%s [%s, %s]"
        .formatted(
            number(100 * interval.value()),
            number(100 * interval.low()),
            number(100 * interval.high()));
  }

  private static String shares(Interval interval) {
    return Double.isNaN(interval.value())
        ? "undefined"
        : "%s [%s, %s]"
            .formatted(share(interval.value()), share(interval.low()), share(interval.high()));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value + 0.0);
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.3f", value);
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private void text(String format, Object... values) {
    page.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
        .append('\n');
  }

  private void row(String... cells) {
    page.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private void line(int columns) {
    page.append("|---".repeat(columns)).append("|\n");
  }
}
