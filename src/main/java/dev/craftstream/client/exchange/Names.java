package dev.craftstream.client.exchange;

import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Shortage;
import dev.craftstream.v1.Task;
import dev.craftstream.v1.Ties;
import java.util.Locale;

/** The schemas' names for people. */
public final class Names {
  private Names() {}

  public static String label(Label label) {
    return label.name().replaceFirst("^LABEL_", "");
  }

  public static String task(Task task) {
    return word(task.name(), "TASK_");
  }

  public static String kind(DatasetKind kind) {
    return kind == DatasetKind.DATASET_KIND_REHEARSAL ? "rehearsal set" : "training dataset";
  }

  static String ties(Ties ties) {
    return word(ties.name(), "TIES_");
  }

  static String shortage(Shortage shortage) {
    return word(shortage.name(), "SHORTAGE_");
  }

  private static String word(String name, String prefix) {
    return name.replaceFirst("^" + prefix, "").toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
