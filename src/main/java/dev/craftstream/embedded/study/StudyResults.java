package dev.craftstream.embedded.study;

import dev.craftstream.method.statistics.QuestionBootstrap.Interval;
import java.util.List;
import java.util.Map;

/**
 * What came out, as figures: written as JSON beside the page.
 *
 * @param trainQuestions questions to train on
 * @param testQuestions questions to test with
 * @param knowledge what INITIAL knows
 * @param flow REHEARSAL against INITIAL
 * @param nullFlow INITIAL asked again against INITIAL
 * @param samples ten samples against twenty
 * @param plain INITIAL without the offer to refuse: the base of THS
 * @param prompted INITIAL with the refusal-aware prompt
 * @param matchedRefusals share of refusals at which arms are compared
 * @param arms in the order of the study
 */
record StudyResults(
    int trainQuestions,
    int testQuestions,
    Known knowledge,
    Flow flow,
    Flow nullFlow,
    Samples samples,
    Figures plain,
    Figures prompted,
    double matchedRefusals,
    List<ArmResult> arms) {

  /**
   * What INITIAL knows of the questions to train on.
   *
   * @param never answered right never
   * @param half at most .49, but not never
   * @param right at least .51
   */
  record Known(double meanCorrectness, int never, int half, int right) {}

  /**
   * How correctness moves over the questions of correctness at most .49.
   *
   * @param up share with a flow above 0
   * @param surely share that rises surely, with a probability above .9
   * @param meanOfNever mean flow of those that INITIAL never answers right
   * @param meanOfHalf mean flow of the others
   */
  record Flow(
      int questions,
      double up,
      double same,
      double down,
      double surely,
      double meanOfNever,
      double meanOfHalf) {}

  /**
   * How far ten samples decide.
   *
   * @param agree share of questions that two draws of ten give the same label
   * @param withTwenty share that ten give the label of all twenty
   */
  record Samples(double agree, double withTwenty) {}

  /** Figures of a model over the test questions, or the means of several training seeds. */
  record Figures(
      double correct,
      double wrong,
      double refused,
      Interval truthfulHelpfulness,
      Interval overRefusal) {}

  /**
   * One arm.
   *
   * @param trained how many training seeds are in the figures
   * @param figures means over the training seeds; intervals over the test questions
   * @param bySeed THS of each training seed
   * @param againstCorRait THS less that of COR_RAIT, paired by question; null where that is missing
   * @param area AUROC of the refusal score for "INITIAL is wrong"; NaN where undefined
   * @param matched THS and over-refusal with the refusals raised to the common rate; null for an
   *     arm that refuses more
   * @param answers ANSWER questions of the dataset
   * @param refusals REFUSAL questions
   * @param refusalCandidates REFUSAL questions to choose from
   * @param kinds REFUSAL questions by kind, the most frequent first
   * @param conflicts CRSS by threshold
   * @param taughtToRefuse questions that were asked again of those taught to refuse
   * @param knownNow mean correctness of these under the tuned model
   * @param knownBefore the same under INITIAL asked again: what chance alone gives
   */
  record ArmResult(
      String arm,
      String title,
      int trained,
      Figures figures,
      List<Double> bySeed,
      Interval againstCorRait,
      double area,
      Matched matched,
      int answers,
      int refusals,
      long refusalCandidates,
      Map<String, Integer> kinds,
      Map<String, Double> conflicts,
      int taughtToRefuse,
      double knownNow,
      double knownBefore) {}

  /** Figures at the common refusal rate. */
  record Matched(Interval truthfulHelpfulness, Interval overRefusal, Interval againstCorRait) {}
}
