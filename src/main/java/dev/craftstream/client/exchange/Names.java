package dev.craftstream.client.exchange;

import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DropReason;
import dev.craftstream.v1.FlowRule;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Shortage;
import dev.craftstream.v1.Task;
import dev.craftstream.v1.Ties;
import java.util.Locale;

/** The schemas' names for people. */
public final class Names {
  private Names() {}

  public static String label(Label label) {
    return constant(label);
  }

  /** A constant without the prefix that the schemas give it: {@code LABEL_ANSWER} is ANSWER. */
  public static String constant(Enum<?> value) {
    String type = value.getDeclaringClass().getSimpleName();
    String prefix = type.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT) + "_";
    return value.name().startsWith(prefix) ? value.name().substring(prefix.length()) : value.name();
  }

  /** The domain's own; null where a record gives none, or one of a later version. */
  public static dev.craftstream.model.label.DropReason dropReason(DropReason reason) {
    return switch (reason) {
      case DROP_REASON_UNSPECIFIED, UNRECOGNIZED -> null;
      default -> dev.craftstream.model.label.DropReason.valueOf(constant(reason));
    };
  }

  public static String task(Task task) {
    return word(task);
  }

  public static String kind(DatasetKind kind) {
    return kind == DatasetKind.DATASET_KIND_REHEARSAL ? "rehearsal set" : "training dataset";
  }

  static String ties(Ties ties) {
    return word(ties);
  }

  static String shortage(Shortage shortage) {
    return word(shortage);
  }

  static String flowRule(FlowRule rule) {
    return word(rule);
  }

  private static String word(Enum<?> value) {
    return constant(value).toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
