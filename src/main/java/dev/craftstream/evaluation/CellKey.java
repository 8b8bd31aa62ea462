package dev.craftstream.evaluation;

import dev.craftstream.model.Task;
import dev.craftstream.model.Verdict;
import dev.craftstream.model.message.EvaluationReport.Cell;

/**
 * Which questions a count in state is of. Being a key of map state, its fields stay as they are.
 *
 * @param verdict null where the evaluated checkpoint's answer could not be used
 * @param baseVerdict null where the base's answer could not be used
 */
public record CellKey(Task task, String subject, Verdict verdict, Verdict baseVerdict) {

  static CellKey of(Cell cell) {
    return new CellKey(cell.task(), cell.subject(), cell.verdict(), cell.baseVerdict());
  }
}
