package dev.craftstream.survey;

import static java.util.Objects.requireNonNullElse;

import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Thresholds;

/** The selection that a request asks for. */
final class RequestedSelection {
  private RequestedSelection() {}

  /** What the job would select, changed as the request says. */
  static Selection of(Selection selection, Request request) {
    Selection changed = selection;
    for (Changes changes : request.changes()) {
      if (changes.task() == selection.task()) {
        changed =
            new Selection(
                selection.kind(),
                selection.task(),
                selection.strategy(),
                thresholds(selection, changes),
                known(selection, changes),
                requireNonNullElse(changes.answers(), selection.answers()),
                requireNonNullElse(changes.refusals(), selection.refusals()),
                requireNonNullElse(changes.ties(), selection.ties()),
                requireNonNullElse(changes.shortage(), selection.shortage()),
                selection.seed(),
                selection.rule(),
                requireNonNullElse(changes.surenessFrom(), selection.surenessFrom()));
      }
    }
    return request.seed() == null ? changed : changed.withSeed(request.seed());
  }

  private static Thresholds thresholds(Selection selection, Changes changes) {
    Thresholds before = selection.thresholds();
    if (selection.kind() == DatasetKind.REHEARSAL) {
      return before;
    }
    return selection.task() == Task.OPEN_ENDED
        ? new Thresholds(
            requireNonNullElse(changes.answerFrom(), before.openEndedAnswer()),
            requireNonNullElse(changes.refusalBound(), before.openEndedRefusal()),
            before.multipleChoiceAnswer(),
            before.multipleChoiceRefusal(),
            flow(before.flow(Task.OPEN_ENDED), changes),
            before.flow(Task.MULTIPLE_CHOICE))
        : new Thresholds(
            before.openEndedAnswer(),
            before.openEndedRefusal(),
            requireNonNullElse(changes.answerFrom(), before.multipleChoiceAnswer()),
            requireNonNullElse(changes.refusalBound(), before.multipleChoiceRefusal()),
            before.flow(Task.OPEN_ENDED),
            flow(before.flow(Task.MULTIPLE_CHOICE), changes));
  }

  private static FlowFilter flow(FlowFilter before, Changes changes) {
    return new FlowFilter(
        requireNonNullElse(changes.flowRule(), before.rule()),
        requireNonNullElse(changes.riseProbability(), before.riseProbability()));
  }

  private static RehearsalThresholds known(Selection selection, Changes changes) {
    RehearsalThresholds before = selection.known();
    if (selection.kind() == DatasetKind.TRAINING) {
      return before;
    }
    return new RehearsalThresholds(
        requireNonNullElse(changes.answerFrom(), before.correctness()),
        requireNonNullElse(changes.certainty(), before.certainty()),
        requireNonNullElse(changes.targetProbability(), before.targetProbability()));
  }
}
