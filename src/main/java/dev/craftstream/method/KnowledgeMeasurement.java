package dev.craftstream.method;

import dev.craftstream.method.judging.Judge;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.knowledge.Verdict;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a knowledge state of a model checkpoint's answers.
 *
 * <p>What can't be measured (no samples, embeddings that do not fit, numbers that are no
 * probabilities) is an {@link IllegalArgumentException} whose message is a sentence about the
 * answer: it belongs into a dead letter.
 */
public final class KnowledgeMeasurement {

  private KnowledgeMeasurement() {}

  /**
   * Measures an open-ended question.
   *
   * @param samples what the model said, in the order drawn; trimmed here by {@link Samples#trim}
   * @param embeddings the samples' sentence embeddings, in the same order
   * @param instructionFirstLine where a sample ends, see {@link Samples#trim}
   * @param seed seed of the first sample
   * @param promptVersion version of the prompt that was asked with
   * @param measures which certainty is measured
   * @param judge how samples are judged
   */
  public static KnowledgeState openEnded(
      Question question,
      List<String> samples,
      double[][] embeddings,
      String instructionFirstLine,
      long seed,
      String promptVersion,
      CertaintyMeasures measures,
      Judge judge) {
    requireTask(question, Task.OPEN_ENDED);
    requireAsMany(samples.size(), embeddings.length);
    List<String> answers = answers(samples, instructionFirstLine);
    List<Verdict> verdicts = judge.verdicts(question, answers);
    int correct = Collections.frequency(verdicts, Verdict.CORRECT);
    return new KnowledgeState(
        Correctness.share(correct, answers.size()),
        measures.ofSamples(embeddings),
        measures.openEnded(),
        0,
        0,
        answers.size(),
        correct,
        Collections.frequency(verdicts, Verdict.REFUSED),
        mostFrequentCorrect(answers, verdicts),
        seed,
        promptVersion,
        judge.openEnded());
  }

  /** The answers in samples of an open-ended question, which are judged. */
  public static List<String> answers(List<String> samples, String instructionFirstLine) {
    return samples.stream().map(sample -> Samples.trim(sample, instructionFirstLine)).toList();
  }

  /**
   * Measures a multiple-choice question.
   *
   * @param probabilities each option letter's probability as the next token, over the whole
   *     vocabulary, in the order of the letters
   * @param unseen the probability of all tokens that the server does not tell
   * @param promptVersion version of the prompt that was asked with
   * @param measures which certainty is measured
   */
  public static KnowledgeState multipleChoice(
      Question question,
      double[] probabilities,
      double unseen,
      String promptVersion,
      CertaintyMeasures measures) {
    requireTask(question, Task.MULTIPLE_CHOICE);
    if (probabilities.length != question.options().size()) {
      throw new IllegalArgumentException(
          "The question has "
              + question.options().size()
              + " options, but the answer has "
              + probabilities.length
              + " probabilities.");
    }
    int target = question.targetIndex();
    return new KnowledgeState(
        Correctness.ofOptions(probabilities, target),
        measures.ofOptions(probabilities),
        measures.multipleChoice(),
        probabilities[target],
        unseen,
        0,
        0,
        0,
        "",
        0L,
        promptVersion,
        CorrectnessRule.LETTER_PROBABILITIES);
  }

  /**
   * Measures a multiple-choice question by what samples choose, as {@link Judge} reads it.
   * Correctness is the share of samples that choose the target. A refusal, and an answer that names
   * no option, choose none.
   *
   * @param samples what the model said, without its thoughts
   * @param seed seed of the first sample
   * @param promptVersion version of the prompt that was asked with
   * @param judge how samples are judged
   */
  public static KnowledgeState sampledChoice(
      Question question, List<String> samples, long seed, String promptVersion, Judge judge) {
    requireTask(question, Task.MULTIPLE_CHOICE);
    int options = question.options().size();
    int[] chosen = new int[options + 1];
    int refused = 0;
    for (String sample : samples) {
      Judge.Choice choice = judge.choice(question, Samples.beforeOptions(sample));
      refused += choice.verdict() == Verdict.REFUSED ? 1 : 0;
      chosen[choice.option() < 0 ? options : choice.option()]++;
    }
    double certainty = OptionEntropy.ofChoices(chosen);
    int correct = chosen[question.targetIndex()];
    double share = Correctness.share(correct, samples.size());
    return new KnowledgeState(
        share,
        certainty,
        CertaintyKind.CHOSEN_OPTION_ENTROPY,
        share,
        0,
        samples.size(),
        correct,
        refused,
        "",
        seed,
        promptVersion,
        CorrectnessRule.CHOSEN_OPTION);
  }

  /**
   * Measures how a question of purpose EVALUATE was answered.
   *
   * @param answer what the model said
   * @param refusal the text of a refusal in the training data, see {@link Judge}
   * @param seed seed of the answer
   * @param promptVersion version of the prompt that was asked with
   * @param judge how the answer is judged
   */
  public static KnowledgeState evaluation(
      Question question,
      String answer,
      String refusal,
      long seed,
      String promptVersion,
      Judge judge) {
    Verdict verdict = judge.verdict(question, answer, refusal);
    int correct = verdict == Verdict.CORRECT ? 1 : 0;
    return new KnowledgeState(
        correct,
        0,
        CertaintyKind.NONE,
        0,
        0,
        1,
        correct,
        verdict == Verdict.REFUSED ? 1 : 0,
        "",
        seed,
        promptVersion,
        question.task() == Task.OPEN_ENDED ? judge.openEnded() : CorrectnessRule.CHOSEN_OPTION);
  }

  /** Of answers that are equally frequent, the one drawn first. */
  private static String mostFrequentCorrect(List<String> answers, List<Verdict> verdicts) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (int k = 0; k < answers.size(); k++) {
      if (verdicts.get(k) == Verdict.CORRECT) {
        counts.merge(answers.get(k), 1, Integer::sum);
      }
    }
    String best = "";
    int bestCount = 0;
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      if (entry.getValue() > bestCount) {
        best = entry.getKey();
        bestCount = entry.getValue();
      }
    }
    return best;
  }

  private static void requireAsMany(int samples, int embeddings) {
    if (samples != embeddings) {
      throw new IllegalArgumentException(
          "The answer has " + samples + " samples, but " + embeddings + " embeddings.");
    }
  }

  private static void requireTask(Question question, Task task) {
    if (question.task() != task) {
      throw new IllegalArgumentException(
          "Question " + question.id() + " is " + question.task() + " and not " + task + ".");
    }
  }
}
