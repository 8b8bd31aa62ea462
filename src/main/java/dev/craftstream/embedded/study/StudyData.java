package dev.craftstream.embedded.study;

import dev.craftstream.model.knowledge.Verdict;
import java.util.List;
import java.util.Map;

/**
 * All that was measured: what the page is made of. Each part is a file of its own, written when it
 * is whole.
 *
 * @param setting what the study was made with
 * @param knowledge what INITIAL, INITIAL asked again and REHEARSAL know
 * @param initial INITIAL on the test questions
 * @param arms the datasets, as far as they are there
 * @param tuned the models trained on them, as far as they are there
 */
record StudyData(
    Setting setting,
    Knowledge knowledge,
    Initial initial,
    List<ArmDataset> arms,
    List<Tuned> tuned) {

  /**
   * What the study was made with.
   *
   * @param questions the kind (subject) of each question, by its id
   * @param answers ANSWER questions of a dataset
   * @param refusals REFUSAL questions of a dataset
   * @param trainingSeeds of the models of each arm
   * @param model the language model
   */
  record Setting(
      Map<String, String> questions,
      int answers,
      int refusals,
      List<Integer> trainingSeeds,
      String model) {}

  /**
   * What is known of a question.
   *
   * @param samples that were drawn
   * @param correct of these
   * @param certainty mean similarity of the samples
   */
  record Measure(int samples, int correct, double certainty) {
    double correctness() {
      return (double) correct / samples;
    }
  }

  /**
   * What model checkpoints know of the questions to train on, by question id.
   *
   * @param initial INITIAL
   * @param again the same model under other seeds
   * @param rehearsal REHEARSAL
   */
  record Knowledge(
      Map<String, Measure> initial, Map<String, Measure> again, Map<String, Measure> rehearsal) {}

  /**
   * INITIAL on the test questions.
   *
   * @param prompted with the refusal-aware prompt, as the job evaluates it
   * @param plain asked without the offer to refuse
   * @param refusalScores probability that the answer to the refusal-aware prompt begins as a
   *     refusal
   */
  record Initial(
      Map<String, Verdict> prompted,
      Map<String, Verdict> plain,
      Map<String, Double> refusalScores) {}

  /**
   * A dataset.
   *
   * @param arm its arm's name
   * @param failure why it was not built; else empty
   * @param answerCandidates how many ANSWER questions there were to choose from
   * @param refusalCandidates how many REFUSAL questions
   * @param answers ids of the ANSWER questions
   * @param refusals ids of the REFUSAL questions
   * @param conflicts CRSS: share of the REFUSAL questions whose nearest ANSWER question is more
   *     similar than a threshold, by threshold
   */
  record ArmDataset(
      String arm,
      String failure,
      long answerCandidates,
      long refusalCandidates,
      List<String> answers,
      List<String> refusals,
      Map<String, Double> conflicts) {}

  /**
   * A model that was trained on an arm's dataset.
   *
   * @param arm its arm's name
   * @param seed of the training
   * @param verdicts on the test questions, by the job's evaluation
   * @param refusalScores probability that the answer begins as a refusal
   * @param refusals what the model knows of the questions that it was taught to refuse, asked as
   *     INITIAL was; empty for all but the first training seed
   */
  record Tuned(
      String arm,
      int seed,
      Map<String, Verdict> verdicts,
      Map<String, Double> refusalScores,
      Map<String, Measure> refusals) {}
}
