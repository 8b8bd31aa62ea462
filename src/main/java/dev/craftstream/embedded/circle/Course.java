package dev.craftstream.embedded.circle;

import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.v1.DatasetManifest;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * What is to be done on the way around, and in which order. It holds no state of its own: each step
 * looks whether the topics have what it brings about, so that a course that was interrupted goes on
 * with the step that it was at.
 */
final class Course {
  private final CircleLedger ledger;
  private final Actions actions;
  private final Serving model;
  private final List<Strategy> strategies;

  /** What a course has others do. */
  interface Actions {
    void announce(ModelCheckpoint checkpoint) throws Exception;

    void retire(String checkpointId) throws Exception;

    /** Nobody uses the adapter any more. */
    void removeAdapter(String name) throws Exception;

    /** Returns when the waiting is over. */
    void await(Waiting waiting) throws Exception;
  }

  /**
   * What a course waits for.
   *
   * @param what for people
   * @param turn during which
   * @param measured the checkpoint that is being measured; null where something else is waited for
   * @param isOver whether it is there
   */
  record Waiting(String what, Turn turn, ModelCheckpoint measured, BooleanSupplier isOver) {}

  /** There is nothing to train on. */
  static final class NothingToTrain extends IOException {
    private static final long serialVersionUID = 1L;

    NothingToTrain(String sentence) {
      super(sentence);
    }
  }

  /**
   * @param model the first turn's INITIAL checkpoint
   * @param strategies whose datasets are trained on; the next turn starts from the first one's
   *     model
   */
  Course(CircleLedger ledger, Actions actions, Serving model, List<Strategy> strategies) {
    this.ledger = ledger;
    this.actions = actions;
    this.model = model;
    this.strategies = List.copyOf(strategies);
  }

  /** Whether all of a turn's TUNED checkpoints are evaluated. */
  boolean isDone(Turn turn) {
    return strategies.stream()
        .map(turn::tuned)
        .allMatch(tuned -> ledger.announced(tuned).isPresent() && ledger.isEvaluated(tuned));
  }

  /**
   * Goes around once, or what is left of it.
   *
   * @throws NothingToTrain with a sentence, where the turn can't go on
   */
  void go(Turn turn) throws Exception {
    if (isDone(turn)) {
      return;
    }
    ModelCheckpoint initial = announceInitial(turn);
    actions.await(
        new Waiting(
            "measured, its rehearsal set chosen",
            turn,
            initial,
            () -> hasManifests(turn, null) && ledger.isEvaluated(initial.id())));
    requireQuestions(turn, null);
    freeBefore(turn);

    ModelCheckpoint rehearsal = awaitTrained(turn, turn.rehearsal());
    actions.await(
        new Waiting(
            "measured, the datasets chosen",
            turn,
            rehearsal,
            () -> strategies.stream().allMatch(strategy -> hasManifests(turn, strategy))));
    for (Strategy strategy : strategies) {
      requireQuestions(turn, strategy);
    }

    for (Strategy strategy : strategies) {
      ModelCheckpoint tuned = awaitTrained(turn, turn.tuned(strategy));
      actions.await(new Waiting("evaluated", turn, tuned, () -> ledger.isEvaluated(tuned.id())));
    }
  }

  private ModelCheckpoint announceInitial(Turn turn) throws Exception {
    String id = turn.initial();
    if (ledger.announced(id).isEmpty()) {
      Serving serving = turn.before().map(before -> tuned(before).serving()).orElse(model);
      actions.announce(new ModelCheckpoint(id, 1, Role.INITIAL, "", serving));
      actions.await(new Waiting("announced", turn, null, () -> ledger.announced(id).isPresent()));
    }
    return ledger.announced(id).orElseThrow();
  }

  /** The model that the next turn starts from. */
  private ModelCheckpoint tuned(Turn turn) {
    return ledger.announced(turn.tuned(strategies.get(0))).orElseThrow();
  }

  private ModelCheckpoint awaitTrained(Turn turn, String id) throws Exception {
    actions.await(
        new Waiting("the trainer makes " + id, turn, null, () -> ledger.announced(id).isPresent()));
    return ledger.announced(id).orElseThrow();
  }

  private boolean hasManifests(Turn turn, Strategy strategy) {
    return ledger.manifests(turn.initial(), strategy).size() == Task.values().length;
  }

  private void requireQuestions(Turn turn, Strategy strategy) throws NothingToTrain {
    List<DatasetManifest> manifests = ledger.manifests(turn.initial(), strategy);
    long questions =
        manifests.stream()
            .filter(DatasetManifest::getComplete)
            .mapToLong(m -> m.getAnswer().getQuestions() + m.getRefusal().getQuestions())
            .sum();
    if (questions > 0) {
      return;
    }
    String why =
        manifests.stream()
            .map(DatasetManifest::getFailure)
            .filter(failure -> !failure.isEmpty())
            .collect(Collectors.joining(" "));
    throw new NothingToTrain(
        strategy == null
            ? "No question is known well enough under %s to rehearse, so turn %d ends here. Lower -Drehearsal.open-ended.correctness-from and -Drehearsal.open-ended.certainty-from, or give more questions. %s"
                .formatted(turn.initial(), turn.number(), why)
                .strip()
            : "The %s dataset of turn %d holds no question, so the turn ends here. Lower what it takes (-Ddatasets.open-ended.shortage=SHORT), or give more questions. %s"
                .formatted(strategy, turn.number(), why)
                .strip());
  }

  /** The turn before is over, and what it held is let go. */
  private void freeBefore(Turn turn) throws Exception {
    if (turn.before().isEmpty()) {
      return;
    }
    Turn before = turn.before().get();
    if (!ledger.isRetired(before.initial())) {
      actions.retire(before.initial());
    }
    Set<String> used = new HashSet<>();
    ledger
        .announced(turn.initial())
        .ifPresent(initial -> used.add(initial.serving().adapterName()));
    for (Turn old = before; old != null; old = old.before().orElse(null)) {
      for (String id : old.checkpoints(strategies)) {
        String adapter = ledger.announced(id).map(gone -> gone.serving().adapterName()).orElse("");
        if (!adapter.isEmpty() && used.add(adapter)) {
          actions.removeAdapter(adapter);
        }
      }
    }
  }
}
