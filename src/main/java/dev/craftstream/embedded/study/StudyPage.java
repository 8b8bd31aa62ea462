package dev.craftstream.embedded.study;

import static dev.craftstream.embedded.study.StudyFormats.count;
import static dev.craftstream.embedded.study.StudyFormats.hundredfold;
import static dev.craftstream.embedded.study.StudyFormats.number;
import static dev.craftstream.embedded.study.StudyFormats.share;
import static dev.craftstream.embedded.study.StudyFormats.shares;
import static dev.craftstream.embedded.study.StudyFormats.signed;

import dev.craftstream.embedded.study.StudyData.Setting;
import dev.craftstream.embedded.study.StudyResults.ArmResult;
import dev.craftstream.embedded.study.StudyResults.Figures;
import dev.craftstream.embedded.study.StudyResults.Flow;
import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    page.steps();
    page.setUp();
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
  }

  private void steps() {
    text("## What it does");
    text("");
    text(
        "1. The job measures INITIAL, and the same model again under other seeds. The flow between the two is chance alone, and stands beside every figure of the flow.");
    text(
        "2. The [reference trainer](../docker/trainer/README.md) trains REHEARSAL on the rehearsal set, and the job measures it.");
    text(
        "3. The job makes datasets from the same measurements: of the five strategies; of `CRAFT` and `CRAFT_WITHOUT_CERTAINTY` with other [flow rules](datasets.md#strategies), and, as a control, by the flow of INITIAL asked twice; of labels that leave little doubt; and with other ratios of REFUSAL.");
    text(
        "4. The trainer trains a model on each dataset with each of the training seeds, and the job evaluates it with the refusal-aware prompt.");
    text("");
  }

  private void setUp() {
    text("## Set-up");
    text("");
    text(
        "- %s, LoRA of rank 8. %s one-fact questions to train on and %s of other countries, cities, elements and works to test with, those of NQ-open among them (`%s`), of which a small model knows next to nothing. Where they come from, and the script that makes them: [study](../src/study/README.md).",
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
    text("## Flow rules, sure labels and ratios");
    text("");
    text(
        "FALLS asks for a correctness that falls, which that of a question that is never answered right cannot: of those it keeps none. ANSWER and REFUSAL with bounds of their own take only labels that leave little doubt.");
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

  private void conclusions() {
    text("## What follows");
    text("");
    StudyConclusions.of(results).forEach(sentence -> text("- %s", sentence));
    text("");
  }

  private void repeat() {
    text("## Repeat it");
    text("");
    text("    ./craft reproduce --nq-open nq_dev.json --page docs/reproduction.md");
    text("");
    text(
        "It needs PyTorch, which it sets up the first time, and hours of processor time. Interrupted, it goes on where it was: each step's result is a JSON file in `.craft/reproduce/results`, and the trainer, the job and the broker go on from their own folders. All seeds are fixed; under load the model server's answers differ by rounding, so that figures differ within their intervals. A smaller one first:");
    text("");
    text(
        "    ./craft reproduce --questions 60 --test-questions 30 --training-seeds 1 --work-dir small --datasets van-tuning,cor-rait,craft -Ddatasets.open-ended.answers=16 -Ddatasets.open-ended.refusals=8");
    text("");
    text("`./craft reproduce --page-only` makes the page of the results that there are.");
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
