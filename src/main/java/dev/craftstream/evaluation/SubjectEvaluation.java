package dev.craftstream.evaluation;

import dev.craftstream.method.Bootstrap;
import dev.craftstream.method.Contingency;
import dev.craftstream.method.EvaluationFigures;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.dataset.Evaluation.Abstention;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.message.Survey;
import java.util.List;
import java.util.Optional;

/** The evaluation that is made of counts. */
final class SubjectEvaluation {
  private SubjectEvaluation() {}

  /**
   * What the counts of a task, or of one of its subjects, say.
   *
   * @param counts see {@link SubjectCounts}
   * @param otherSubjects where it is of a task, how many subjects have no evaluation of their own
   * @param promptVersions of the prompts that the task was asked with, the most used first
   * @param wrongPenalty what a wrong answer costs, where a correct one is worth 1
   */
  static Evaluation of(
      Survey survey,
      SubjectKey key,
      long[] counts,
      long otherSubjects,
      List<String> promptVersions,
      Bootstrap bootstrap,
      double wrongPenalty) {
    Contingency answered = SubjectCounts.answered(counts);
    Optional<EvaluationFigures> figures =
        answered.total() == 0
            ? Optional.empty()
            : Optional.of(EvaluationFigures.of(answered, bootstrap, wrongPenalty));
    boolean initial = survey.evaluated().role() == Role.INITIAL;
    return new Evaluation(
        survey.evaluated(),
        survey.base(),
        key.task(),
        key.subject(),
        answered.count(Verdict.CORRECT),
        answered.count(Verdict.WRONG),
        answered.count(Verdict.REFUSED),
        SubjectCounts.unanswered(counts),
        figures.map(EvaluationFigures::correctShare).orElse(null),
        figures.map(EvaluationFigures::wrongShare).orElse(null),
        figures.map(EvaluationFigures::refusedShare).orElse(null),
        figures.flatMap(EvaluationFigures::truthfulHelpfulness).orElse(null),
        initial ? null : figures.flatMap(EvaluationFigures::overRefusal).orElse(null),
        initial ? null : figures.map(SubjectEvaluation::abstention).orElse(null),
        figures.map(EvaluationFigures::truthfulness).orElse(null),
        wrongPenalty,
        bootstrap.confidence(),
        bootstrap.resamples(),
        bootstrap.seed(),
        promptVersions.isEmpty() ? "" : promptVersions.get(0),
        promptVersions.stream().skip(1).sorted().toList(),
        survey.modelTime(),
        otherSubjects);
  }

  private static Abstention abstention(EvaluationFigures figures) {
    return new Abstention(
        figures.abstentionPrecision().orElse(null),
        figures.abstentionRecall().orElse(null),
        figures.abstentionF1().orElse(null));
  }
}
