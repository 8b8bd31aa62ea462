package dev.craftstream.config;

import dev.craftstream.method.Thoughts;
import dev.craftstream.triton.Reasoning;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/** Options that say where answers in words begin and end, of models and of judge models. */
final class AnswerEnds {
  private AnswerEnds() {}

  /** The limit on thoughts has a default, which counts where there are thoughts. */
  static Reasoning reasoning(
      Configuration options,
      ConfigOption<String> start,
      ConfigOption<String> end,
      ConfigOption<Boolean> optional,
      ConfigOption<Integer> maxTokens) {
    Thoughts thoughts =
        new Thoughts(options.get(start).strip(), options.get(end).strip(), options.get(optional));
    if (!thoughts.areMarked() && options.contains(maxTokens)) {
      throw new IllegalArgumentException(
          "%s is set, but %s is not, so that no thoughts are told from answers; set it to what closes a thought, such as </think>."
              .formatted(maxTokens.key(), end.key()));
    }
    return thoughts.areMarked() ? new Reasoning(thoughts, options.get(maxTokens)) : Reasoning.NONE;
  }

  /**
   * Flink makes nothing of a bare line break, and without a stop text every sample grows to its
   * end.
   */
  static List<String> stop(Configuration options, ConfigOption<List<String>> option) {
    List<String> stop = options.get(option);
    String given = options.toMap().getOrDefault(option.key(), "[]");
    if (stop.isEmpty() && !given.strip().equals("[]")) {
      throw new IllegalArgumentException(
          option.key()
              + " is given, but holds no text; quote what is blank, such as [\"\\n\"], or write [] for"
              + " none.");
    }
    return stop;
  }
}
