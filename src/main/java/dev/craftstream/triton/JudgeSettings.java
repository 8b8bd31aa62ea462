package dev.craftstream.triton;

import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.prompt.AnswerReading;
import dev.craftstream.prompt.JudgePrompt;
import dev.craftstream.triton.client.TritonSettings;
import java.io.Serializable;
import java.util.List;

/**
 * A judge model, and how it is asked.
 *
 * @param triton how its servers are reached; the deadline is one verdict's
 * @param serving its name and version there, and the contract that it is asked by
 * @param prompt what it is asked
 * @param maxTokens a reply's longest length, its thoughts aside; 1 to 32768, with them
 * @param stop texts that end a reply; may be empty
 * @param reasoning how it thinks first
 * @param requestsInFlight how many verdicts one task may be waiting for at once; at least 1
 */
public record JudgeSettings(
    TritonSettings triton,
    Serving serving,
    JudgePrompt prompt,
    int maxTokens,
    List<String> stop,
    Reasoning reasoning,
    int requestsInFlight)
    implements Serializable {

  public JudgeSettings {
    stop = List.copyOf(stop);
    QuerySettings.requireUsable(maxTokens, stop);
    reasoning.requireRoomBeside(maxTokens);
    if (requestsInFlight < 1) {
      throw new IllegalArgumentException(
          requestsInFlight + " requests at once to the judge are none; allow at least 1.");
    }
  }

  /** How records name it. */
  public JudgeModel named() {
    return new JudgeModel(
        serving.modelName(),
        serving.modelVersion(),
        prompt.version(new AnswerReading(false, reasoning.thoughts().areMarked())));
  }
}
