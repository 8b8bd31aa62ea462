package dev.craftstream.embedded.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.craftstream.embedded.study.StudyData.ArmDataset;
import dev.craftstream.embedded.study.StudyData.Initial;
import dev.craftstream.embedded.study.StudyData.Knowledge;
import dev.craftstream.embedded.study.StudyData.Measure;
import dev.craftstream.embedded.study.StudyData.Setting;
import dev.craftstream.embedded.study.StudyData.Tuned;
import dev.craftstream.embedded.study.StudyResults.ArmResult;
import dev.craftstream.model.knowledge.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study of ten test questions whose figures can be counted on one's fingers. */
class StudyReportTest {
  /** INITIAL is right on the first four of ten, and never refuses. */
  private static final String BASE = "CCCCWWWWWW";

  private static final Arm VAN_TUNING = arm("van-tuning");
  private static final Arm COR_RAIT = arm("cor-rait");
  private static final Arm CRAFT = arm("craft");

  private static Arm arm(String name) {
    return Arm.named(List.of(name)).get(0);
  }

  @Test
  void figuresAreThoseOfTheVerdicts(@TempDir Path folder) throws Exception {
    StudyResults results = new StudyAnalysis(study(folder)).results();
    assertThat(results.testQuestions()).isEqualTo(10);
    assertThat(results.plain().truthfulHelpfulness().value()).isCloseTo(0, within(1e-12));
    ArmResult corRait = result(results, COR_RAIT);
    // Seeds 1 and 2: CRRCRRRRWW and CCRCRRRWWW.
    assertThat(corRait.trained()).isEqualTo(2);
    assertThat(corRait.figures().correct()).isCloseTo(0.25, within(1e-12));
    assertThat(corRait.figures().refused()).isCloseTo(0.5, within(1e-12));
    assertThat(corRait.figures().overRefusal().value()).isCloseTo(0.375, within(1e-12));
    assertThat(corRait.bySeed())
        .satisfiesExactly(
            ths -> assertThat(ths).isCloseTo(0.2 - 0.2 * 4 / 6, within(1e-12)),
            ths -> assertThat(ths).isCloseTo(0.3 - 0.3 * 4 / 6, within(1e-12)));
    assertThat(corRait.againstCorRait().value()).isZero();
    ArmResult craft = result(results, CRAFT);
    assertThat(craft.againstCorRait().value())
        .isCloseTo(
            craft.figures().truthfulHelpfulness().value()
                - corRait.figures().truthfulHelpfulness().value(),
            within(1e-12));
    assertThat(craft.kinds()).containsExactly(Map.entry("cities", 2), Map.entry("books", 1));
    assertThat(craft.knownNow()).isCloseTo((0.3 + 0 + 0.9) / 3, within(1e-12));
    assertThat(craft.knownBefore()).isCloseTo((0.1 + 0 + 0.5) / 3, within(1e-12));
  }

  @Test
  void modelsAreComparedAtTheGreatestRefusalRate(@TempDir Path folder) throws Exception {
    StudyResults results = new StudyAnalysis(study(folder)).results();
    assertThat(results.matchedRefusals()).isEqualTo(0.6);
    // CRAFT refuses 2 of 10 itself; the four with the greatest scores are those INITIAL is wrong
    // on.
    assertThat(result(results, CRAFT).matched().overRefusal().value()).isZero();
    assertThat(result(results, CRAFT).area()).isEqualTo(1.0);
  }

  @Test
  void flowStandsBesideTheNullFlow(@TempDir Path folder) throws Exception {
    StudyResults results = new StudyAnalysis(study(folder)).results();
    assertThat(results.knowledge().never()).isEqualTo(1);
    assertThat(results.knowledge().half()).isEqualTo(2);
    assertThat(results.knowledge().right()).isEqualTo(1);
    assertThat(results.flow().questions()).isEqualTo(3);
    assertThat(results.flow().up()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(results.flow().surely()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(results.nullFlow().up()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(results.samples().agree()).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void thePageSaysWhatCameOut(@TempDir Path folder) throws Exception {
    study(folder);
    Path page = folder.resolve("docs/page.md");
    assertThat(new StudyReport(folder, page).write()).isTrue();
    assertThat(Files.readString(page))
        .contains("| VAN_TUNING | 1 |", "| CRAFT, FALLS | 1 |", "23.3 / 6.5", "cities 2, books 1")
        .contains("## What follows")
        .doesNotContain("NaN");
    assertThat(Files.readString(folder.resolve("results.json")))
        .contains("\"matchedRefusals\": 0.6");
  }

  @Test
  void thereIsNoPageBeforeAModelIsEvaluated(@TempDir Path folder) throws Exception {
    Path page = folder.resolve("page.md");
    assertThat(new StudyReport(folder, page).write()).isFalse();
    assertThat(page).doesNotExist();
  }

  /** Written to the disk and read again, as an interrupted study is. */
  private static StudyData study(Path folder) throws Exception {
    StudyFiles files = new StudyFiles(folder);
    files.write(
        new Setting(
            Map.of("t1", "cities", "t2", "cities", "t3", "books", "t4", "books"),
            2,
            3,
            List.of(1, 2),
            "a model"));
    files.write(new Knowledge(measures(1, 0, 4, 9), measures(1, 0, 5, 9), measures(3, 0, 8, 10)));
    files.write(new Initial(verdicts(BASE), verdicts(BASE), scores(0)));
    for (Arm arm : List.of(VAN_TUNING, COR_RAIT, CRAFT)) {
      files.write(
          arm,
          new ArmDataset(
              arm.name(),
              "",
              4,
              3,
              List.of("t4"),
              arm == VAN_TUNING ? List.of() : List.of("t1", "t2", "t3"),
              arm == VAN_TUNING ? Map.of() : Map.of("0.8", 0.5, "0.9", 0.25, "0.95", 0.0)));
    }
    files.write(
        VAN_TUNING, new Tuned("van-tuning", 1, verdicts("CCCWWWWWWW"), scores(0), Map.of()));
    files.write(COR_RAIT, new Tuned("cor-rait", 1, verdicts("CRRCRRRRWW"), scores(0), Map.of()));
    files.write(COR_RAIT, new Tuned("cor-rait", 2, verdicts("CCRCRRRWWW"), scores(0), Map.of()));
    files.write(
        CRAFT,
        new Tuned(
            "craft",
            1,
            verdicts("CCCCRRWWWW"),
            scores(1),
            new TreeMap<>(Map.of("t1", measure(3), "t2", measure(0), "t3", measure(9)))));
    return files.data().orElseThrow();
  }

  private static ArmResult result(StudyResults results, Arm arm) {
    return results.arms().stream()
        .filter(r -> r.arm().equals(arm.name()))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Measure> measures(int... correct) {
    Map<String, Measure> measures = new TreeMap<>();
    for (int i = 0; i < correct.length; i++) {
      measures.put("t" + (i + 1), measure(correct[i]));
    }
    return measures;
  }

  private static Measure measure(int correct) {
    return new Measure(10, correct, 0.5);
  }

  private static Map<String, Verdict> verdicts(String letters) {
    Map<String, Verdict> verdicts = new TreeMap<>();
    for (int i = 0; i < letters.length(); i++) {
      verdicts.put(
          "q" + i,
          switch (letters.charAt(i)) {
            case 'C' -> Verdict.CORRECT;
            case 'W' -> Verdict.WRONG;
            default -> Verdict.REFUSED;
          });
    }
    return verdicts;
  }

  /** Greater with the place times {@code slope}. */
  private static Map<String, Double> scores(double slope) {
    Map<String, Double> scores = new TreeMap<>();
    for (int i = 0; i < 10; i++) {
      scores.put("q" + i, 0.05 + slope * i / 20);
    }
    return scores;
  }
}
