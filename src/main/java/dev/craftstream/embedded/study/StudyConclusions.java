package dev.craftstream.embedded.study;

import static dev.craftstream.embedded.study.StudyFormats.hundredfold;
import static dev.craftstream.embedded.study.StudyFormats.share;

import dev.craftstream.embedded.study.StudyResults.ArmResult;
import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What follows from a study, in sentences. */
final class StudyConclusions {
  private static final List<String> SIMPLEST = List.of("van-tuning", "cor-rait");

  private StudyConclusions() {}

  static List<String> of(StudyResults results) {
    List<String> said = new ArrayList<>();
    ArmResult vanTuning = arm(results, "van-tuning");
    ArmResult corRait = arm(results, "cor-rait");
    if (vanTuning != null) {
      Interval helpfulness = vanTuning.figures().truthfulHelpfulness();
      said.add(
          "VAN_TUNING, which is never taught to refuse, has a THS of %s against INITIAL%s."
              .formatted(
                  hundredfold(helpfulness),
                  helpfulness.high() < 0 ? ": it makes the model less truthful" : ""));
    }
    if (corRait != null) {
      compared(results).forEach(arm -> said.add(comparison(arm, corRait)));
      results.arms().stream()
          .filter(arm -> !arm.arm().equals("van-tuning"))
          .max(Comparator.comparingDouble(arm -> arm.matched().truthfulHelpfulness().value()))
          .ifPresent(best -> said.add(recommendation(best, corRait)));
    }
    return said;
  }

  private static Stream<ArmResult> compared(StudyResults results) {
    return results.arms().stream()
        .filter(arm -> !SIMPLEST.contains(arm.arm()) && arm.againstCorRait() != null);
  }

  private static String comparison(ArmResult arm, ArmResult corRait) {
    Interval difference = arm.againstCorRait();
    Interval matched = arm.matched().againstCorRait();
    String helpfulness =
        difference.excludesZero()
            ? "%s has %s THS than COR_RAIT (%s)"
                .formatted(
                    arm.title(), difference.value() > 0 ? "more" : "less", hundredfold(difference))
            : "%s shows no difference in THS to COR_RAIT (%s)"
                .formatted(arm.title(), hundredfold(difference));
    return "%s; its over-refusal is %s against %s. %s"
        .formatted(
            helpfulness,
            share(arm.figures().overRefusal().value()),
            share(corRait.figures().overRefusal().value()),
            matched.excludesZero()
                ? "At the same refusal rate the difference is " + hundredfold(matched) + "."
                : "At the same refusal rate no difference is shown ("
                    + hundredfold(matched)
                    + ").");
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

  private static ArmResult arm(StudyResults results, String name) {
    return results.arms().stream().filter(arm -> arm.arm().equals(name)).findFirst().orElse(null);
  }
}
