package dev.craftstream.client.watch;

import dev.craftstream.model.Task;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import java.util.Map;

/** How many questions of a task have which label, by the stage of their decision, and why. */
public record TaskLabels(
    Task task,
    Map<Label, Long> provisional,
    Map<Label, Long> decided,
    Map<DropReason, Long> dropped) {

  /** Of either stage. */
  public long count(Label label) {
    return provisional.get(label) + decided.get(label);
  }
}
