package dev.craftstream.method;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Decision;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.RehearsalThresholds;
import java.util.Optional;

/**
 * A question as a candidate of a dataset (paper, sections 3.1 and 3.2).
 *
 * @param dataset the dataset
 * @param questionId the question's id
 * @param label ANSWER or REFUSAL
 * @param initial what the dataset's INITIAL checkpoint knows
 * @param rehearsal what its REHEARSAL checkpoint knows; null for a rehearsal set
 */
public record Candidacy(
    Dataset dataset,
    String questionId,
    Label label,
    CheckpointKnowledge initial,
    CheckpointKnowledge rehearsal) {

  /** Whether the question is one of those that the dataset is made of, candidate or not. */
  public static boolean concerns(Dataset dataset, KnowledgeChange question) {
    return question.question() != null
        && question.question().purpose() == Purpose.TRAIN
        && question.question().task() == dataset.selection().task();
  }

  /**
   * Nothing where the question is no candidate, or left out by its tags, or not measured under the
   * dataset's checkpoints by the dataset's rule of correctness.
   */
  public static Optional<Candidacy> of(Dataset dataset, KnowledgeChange question) {
    return sureOrNot(dataset, question).filter(Candidacy::isSure);
  }

  /** The same where the least sureness that the dataset asks for is left out of account. */
  public static Optional<Candidacy> sureOrNot(Dataset dataset, KnowledgeChange question) {
    if (!concerns(dataset, question) || DropReason.byTags(question.question()).isPresent()) {
      return Optional.empty();
    }
    CheckpointKnowledge initial = question.under(dataset.initial());
    CheckpointKnowledge rehearsal =
        dataset.rehearsal() == null ? null : question.under(dataset.rehearsal());
    if (!isMeasured(dataset, initial)
        || dataset.rehearsal() != null && !isMeasured(dataset, rehearsal)) {
      return Optional.empty();
    }
    return label(dataset.selection(), initial.state(), rehearsal == null ? null : rehearsal.state())
        .map(label -> new Candidacy(dataset, question.questionId(), label, initial, rehearsal));
  }

  /** Whether the label is as sure as the dataset asks for. */
  public boolean isSure() {
    Selection selection = dataset.selection();
    if (selection.surenessFrom() == 0) {
      return true;
    }
    Double sureness =
        Relabelling.sureness(
            selection.task(), selection.strategy(), selection.thresholds(), initial.state());
    return sureness == null || sureness >= selection.surenessFrom();
  }

  /** The label as a decision, with what it rests on. */
  public Decision decision() {
    Selection selection = dataset.selection();
    return Relabelling.decision(
        new Relabelling.Outcome(label, null),
        selection.task(),
        selection.strategy(),
        selection.thresholds(),
        initial,
        rehearsal);
  }

  private static boolean isMeasured(Dataset dataset, CheckpointKnowledge knowledge) {
    return knowledge != null && dataset.selection().takes(knowledge.state());
  }

  /** The rank's first part: no more than a comparison, where {@link #rank} reckons a hash. */
  public double score() {
    if (!dataset.selection().ordersByCertainty()) {
      return 0;
    }
    double certainty = initial.state().certainty();
    return label == Label.ANSWER ? -certainty : certainty;
  }

  /** When the candidate's turn comes. */
  public Rank rank() {
    return new Rank(score(), Seeds.order(dataset.selection().seed(), questionId));
  }

  private static Optional<Label> label(
      Selection selection, KnowledgeState initial, KnowledgeState rehearsal) {
    return switch (selection.kind()) {
      case TRAINING ->
          Optional.of(
                  Relabelling.label(
                          selection.task(),
                          selection.strategy(),
                          selection.thresholds(),
                          initial,
                          rehearsal)
                      .label())
              .filter(label -> label != Label.DROPPED);
      case REHEARSAL -> Optional.of(Label.ANSWER).filter(label -> isKnown(selection, initial));
    };
  }

  private static boolean isKnown(Selection selection, KnowledgeState initial) {
    RehearsalThresholds known = selection.known();
    return switch (selection.task()) {
      case OPEN_ENDED ->
          initial.correctness() >= known.correctness() && initial.certainty() >= known.certainty();
      case MULTIPLE_CHOICE -> initial.targetProbability() > known.targetProbability();
    };
  }
}
