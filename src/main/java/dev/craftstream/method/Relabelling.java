package dev.craftstream.method;

import dev.craftstream.method.posterior.ClassPosterior;
import dev.craftstream.method.posterior.FlowPosterior;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Decision;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Sureness;
import dev.craftstream.model.label.Thresholds;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * From knowledge states to a label (paper, section 3.2): correctness divides the questions, and the
 * flow rule takes those out of the REFUSAL candidates that the model is about to learn.
 *
 * <p>The flow rule concerns REFUSAL candidates only; ANSWER candidates are the same under every
 * strategy but {@link Strategy#VAN_TUNING}, whose candidates are all questions.
 */
public final class Relabelling {

  private static final Comparator<CheckpointKnowledge> BY_ANNOUNCEMENT =
      Comparator.comparingLong(knowledge -> knowledge.checkpoint().announcedAt());

  private Relabelling() {}

  /**
   * A label and, where it is {@link Label#DROPPED}, why.
   *
   * @param dropReason null for the other labels
   */
  public record Outcome(Label label, DropReason dropReason) {}

  /** Knowledge flow: correctness under REHEARSAL minus correctness under INITIAL, -1 to 1. */
  public static double knowledgeFlow(KnowledgeState initial, KnowledgeState rehearsal) {
    return initial.flowTo(rehearsal);
  }

  /**
   * Labels a question.
   *
   * @param initial what the INITIAL checkpoint knows
   * @param rehearsal what its REHEARSAL checkpoint knows; null while it has not been measured: then
   *     correctness alone decides, under every strategy
   */
  public static Outcome label(
      Task task,
      Strategy strategy,
      Thresholds thresholds,
      KnowledgeState initial,
      KnowledgeState rehearsal) {
    if (strategy == Strategy.VAN_TUNING) {
      return new Outcome(Label.ANSWER, null);
    }
    Label label = thresholds.label(task, initial.correctness());
    if (label == Label.DROPPED) {
      return new Outcome(label, DropReason.UNDECIDED_CORRECTNESS);
    }
    if (label == Label.REFUSAL
        && strategy.usesFlow()
        && rehearsal != null
        && !staysUnknown(thresholds.flow(task), initial, rehearsal)) {
      return new Outcome(Label.DROPPED, DropReason.KNOWLEDGE_FLOW);
    }
    return new Outcome(label, null);
  }

  /**
   * Decides on a question from all that is known of it. One that its tags leave out is {@link
   * Label#DROPPED}, whatever is known.
   *
   * <ol>
   *   <li>Final: the newest INITIAL checkpoint that has a measured REHEARSAL, with its newest
   *       REHEARSAL. A newer INITIAL takes over only when its own REHEARSAL has been measured. The
   *       two must have been measured by one rule of correctness, else their difference is no flow.
   *   <li>Provisional, where there is no such pair: the newest INITIAL, by correctness alone.
   *   <li>Nothing, where no INITIAL has been measured.
   * </ol>
   *
   * @param knowledge the measurements of the live checkpoints, in any order; those of TUNED ones
   *     take no part
   */
  public static Optional<Decision> decide(
      Question question,
      Strategy strategy,
      Thresholds thresholds,
      List<CheckpointKnowledge> knowledge) {
    Task task = question.task();
    Optional<CheckpointKnowledge> paired =
        initials(knowledge).stream()
            .filter(initial -> newestRehearsal(initial, knowledge).isPresent())
            .max(BY_ANNOUNCEMENT);
    Optional<CheckpointKnowledge> chosen =
        paired.isPresent() ? paired : initials(knowledge).stream().max(BY_ANNOUNCEMENT);
    return chosen.map(
        initial -> {
          CheckpointKnowledge rehearsal = newestRehearsal(initial, knowledge).orElse(null);
          Outcome outcome =
              DropReason.byTags(question)
                  .map(reason -> new Outcome(Label.DROPPED, reason))
                  .orElseGet(
                      () ->
                          label(
                              task,
                              strategy,
                              thresholds,
                              initial.state(),
                              rehearsal == null ? null : rehearsal.state()));
          return decision(outcome, task, strategy, thresholds, initial, rehearsal);
        });
  }

  /**
   * The decision for an outcome, with what it rests on.
   *
   * @param strategy null for a rehearsal set
   * @param rehearsal null where it has not been measured
   */
  static Decision decision(
      Outcome outcome,
      Task task,
      Strategy strategy,
      Thresholds thresholds,
      CheckpointKnowledge initial,
      CheckpointKnowledge rehearsal) {
    KnowledgeState before = initial.state();
    KnowledgeState after = rehearsal == null ? null : rehearsal.state();
    return new Decision(
        outcome.label(),
        outcome.dropReason(),
        strategy,
        strategy != null && strategy.usesFlow() ? thresholds.flow(task) : null,
        new Sureness(
            sureness(task, strategy, thresholds, before),
            after == null ? null : FlowPosterior.fallProbability(before, after),
            after == null ? null : FlowPosterior.riseProbability(before, after)),
        initial,
        rehearsal);
  }

  /**
   * How sure a label is of the class of correctness that it rests on, 0 to 1.
   *
   * @param strategy null for a rehearsal set
   * @return null where the label rests on no such class: in a rehearsal set, and with {@link
   *     Strategy#VAN_TUNING}
   */
  static Double sureness(
      Task task, Strategy strategy, Thresholds thresholds, KnowledgeState initial) {
    return strategy != null && strategy.usesCorrectness()
        ? (Double) ClassPosterior.probability(task, thresholds, initial)
        : null;
  }

  private static boolean staysUnknown(
      FlowFilter filter, KnowledgeState initial, KnowledgeState rehearsal) {
    return switch (filter.rule()) {
      case FALLS -> knowledgeFlow(initial, rehearsal) < 0;
      case NOT_RISES -> knowledgeFlow(initial, rehearsal) <= 0;
      case RISES_SURELY ->
          FlowPosterior.riseProbability(initial, rehearsal) <= filter.riseProbability();
    };
  }

  private static List<CheckpointKnowledge> initials(List<CheckpointKnowledge> knowledge) {
    return knowledge.stream().filter(known -> known.checkpoint().role() == Role.INITIAL).toList();
  }

  private static Optional<CheckpointKnowledge> newestRehearsal(
      CheckpointKnowledge initial, List<CheckpointKnowledge> knowledge) {
    return knowledge.stream()
        .filter(known -> known.checkpoint().role() == Role.REHEARSAL)
        .filter(known -> known.checkpoint().baseId().equals(initial.checkpoint().id()))
        .filter(known -> known.state().isJudgedLike(initial.state()))
        .max(BY_ANNOUNCEMENT);
  }
}
