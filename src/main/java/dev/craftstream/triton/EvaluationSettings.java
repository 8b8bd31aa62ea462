package dev.craftstream.triton;

import dev.craftstream.prompt.TrainingPrompt;
import java.io.Serializable;
import java.util.List;

/**
 * How a question of purpose EVALUATE is asked (paper, section 4.1): once, with the prompt that the
 * instructions train with, and greedily, so that its one answer is the model's likeliest.
 *
 * @param maxTokens an answer's longest length, 1 to 32768
 * @param stop texts that end an answer; may be empty
 * @param prompt what is asked, and what a refusal says
 */
public record EvaluationSettings(int maxTokens, List<String> stop, TrainingPrompt prompt)
    implements Serializable {

  public EvaluationSettings {
    stop = List.copyOf(stop);
    QuerySettings.requireUsable(maxTokens, stop);
  }

  /** Answers of at most 50 tokens to the paper's prompt. */
  public static EvaluationSettings standard() {
    return new EvaluationSettings(
        50, List.of("Answer the following question"), TrainingPrompt.standard());
  }
}
