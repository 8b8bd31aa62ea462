package dev.craftstream.config;

import static dev.craftstream.config.JudgeOptions.*;
import static dev.craftstream.config.QueryOptions.QUERY_OPEN_ENDED_CORRECTNESS;

import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.prompt.JudgePrompt;
import dev.craftstream.triton.JudgeSettings;
import dev.craftstream.triton.client.Endpoint;
import dev.craftstream.triton.client.TritonSettings;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;

/** The judge model that the options name. */
final class JudgeConfiguration {
  private JudgeConfiguration() {}

  /**
   * How it is asked.
   *
   * @param triton how model checkpoints are asked
   * @return nothing where no model judges
   * @throws IllegalArgumentException with a sentence that names the option
   */
  static Optional<JudgeSettings> of(Configuration options, TritonSettings triton) {
    String model = options.get(JUDGE_MODEL).strip();
    if (options.get(QUERY_OPEN_ENDED_CORRECTNESS) != CorrectnessRule.JUDGE) {
      if (!model.isEmpty()) {
        throw new IllegalArgumentException(
            "%s names the model %s, but %s is %s, by which no model judges; set that to JUDGE, or leave out the model."
                .formatted(
                    JUDGE_MODEL.key(),
                    model,
                    QUERY_OPEN_ENDED_CORRECTNESS.key(),
                    options.get(QUERY_OPEN_ENDED_CORRECTNESS)));
      }
      return Optional.empty();
    }
    if (model.isEmpty()) {
      throw new IllegalArgumentException(
          "%s is JUDGE, but no model is named that judges; set %s to its name on the servers, and %s to how it is asked."
              .formatted(
                  QUERY_OPEN_ENDED_CORRECTNESS.key(), JUDGE_MODEL.key(), JUDGE_CONTRACT.key()));
    }
    List<Endpoint> endpoints = options.get(JUDGE_ENDPOINTS).stream().map(Endpoint::parse).toList();
    JudgePrompt prompt = new JudgePrompt(options.get(JUDGE_PROMPT));
    return Optional.of(
        new JudgeSettings(
            triton.at(
                endpoints.isEmpty() ? triton.endpoints() : endpoints, options.get(JUDGE_DEADLINE)),
            new Serving(
                model,
                options.get(JUDGE_MODEL_VERSION).strip(),
                options.get(JUDGE_CONTRACT),
                "",
                "",
                ""),
            ChatTemplates.judge(options).map(prompt::asChat).orElse(prompt),
            options.get(JUDGE_MAX_TOKENS),
            AnswerEnds.stop(options, JUDGE_STOP),
            AnswerEnds.reasoning(
                options,
                JUDGE_REASONING_START,
                JUDGE_REASONING_END,
                JUDGE_REASONING_OPTIONAL,
                JUDGE_REASONING_MAX_TOKENS),
            options.get(JUDGE_REQUESTS_IN_FLIGHT)));
  }
}
