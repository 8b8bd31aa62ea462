package dev.craftstream.triton.contract;

import dev.craftstream.inference.ModelInferRequest;
import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.knowledge.Spending;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How models of a contract say how many tokens an answer took, if they do: outputs that older ones
 * don't have, and that are asked for only where a model has them. What they say is no part of the
 * answer: a count that can't be read is not known, and the answer holds.
 *
 * @param promptOutput output with the number of tokens of the prompt, an integer
 * @param generatedOutput output with those that were generated: integers, whose sum counts
 * @param inputs inputs BOOL[1] that are set to have them
 */
record TokenCounts(String promptOutput, String generatedOutput, List<String> inputs) {
  /** Of models that never tell. */
  static final TokenCounts UNTOLD = new TokenCounts("", "", List.of());

  boolean areUntold() {
    return promptOutput.isEmpty();
  }

  boolean isOfferedBy(ModelMetadataResponse model) {
    return Stream.of(promptOutput, generatedOutput)
            .allMatch(
                name -> model.getOutputsList().stream().anyMatch(its -> its.getName().equals(name)))
        && inputs.stream().allMatch(name -> InferenceContract.hasInput(model, name));
  }

  /** The request that asks for them, too. */
  ModelInferRequest addedTo(ModelInferRequest request) {
    ModelInferRequest.Builder counting = request.toBuilder();
    for (String input : inputs) {
      InputTensor.bool(input, true).addTo(counting);
    }
    counting.addOutputsBuilder().setName(promptOutput);
    counting.addOutputsBuilder().setName(generatedOutput);
    return counting.build();
  }

  /**
   * Whether a failure is about one of these names, as Triton quotes them: the model has it no more.
   */
  boolean areNamedIn(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return Stream.concat(inputs.stream(), Stream.of(promptOutput, generatedOutput))
        .anyMatch(name -> message.contains("'" + name + "'"));
  }

  void read(OutputTensors outputs, Spending spending) {
    OptionalLong prompt = outputs.count(promptOutput);
    OptionalLong generated = outputs.count(generatedOutput);
    if (prompt.isPresent() && generated.isPresent()) {
      spending.told(prompt.getAsLong(), generated.getAsLong());
    }
  }
}
