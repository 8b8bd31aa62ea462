package dev.craftstream.triton.recorded;

import dev.craftstream.inference.ModelMetadataResponse;
import dev.craftstream.inference.ModelMetadataResponse.TensorMetadata;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The models that answers were recorded of, and their inputs and outputs. */
final class RecordedModels {
  private static final long ANY = -1;

  private final Map<Model, ModelMetadataResponse.Builder> models = new LinkedHashMap<>();

  private record Model(String name, String version) {}

  RecordedModels(Set<Serving> servings) {
    this(servings, Set.of());
  }

  /**
   * @param judges have the inputs and outputs of all contracts: by which they were asked was not
   *     recorded
   */
  RecordedModels(Set<Serving> servings, Set<RecordedAnswers.Judge> judges) {
    servings.forEach(this::add);
    for (RecordedAnswers.Judge judge : judges) {
      for (Contract contract : Contract.values()) {
        add(new Serving(judge.name(), judge.version(), contract, "", "", ""));
      }
    }
  }

  boolean has(String name, String version) {
    return models.containsKey(new Model(name, version));
  }

  /** Null where there is no such model. */
  ModelMetadataResponse metadata(String name, String version) {
    ModelMetadataResponse.Builder model = models.get(new Model(name, version));
    return model == null ? null : model.build();
  }

  private void add(Serving serving) {
    ModelMetadataResponse.Builder model = model(serving.modelName(), serving.modelVersion());
    boolean isAdapted = !serving.adapterName().isEmpty();
    switch (serving.contract()) {
      case CRAFT -> {
        inputs(model, "BYTES", "prompt", "stop", "options");
        inputs(model, "UINT64", "seeds");
        inputs(model, "FP32", "temperature");
        inputs(model, "INT32", "max_tokens");
        outputs(model, "BYTES", "samples");
        outputs(model, "FP32", "embeddings");
        outputs(model, "FP64", "option_probabilities");
        if (isAdapted) {
          inputs(model, "BYTES", "adapter");
        }
      }
      case VLLM -> {
        inputs(model, "BYTES", "text_input", "sampling_parameters");
        inputs(model, "BOOL", "stream", "exclude_input_in_output", "return_logprobs");
        outputs(model, "BYTES", "text_output", "logprobs");
      }
      case LLMAPI -> {
        inputs(model, "BYTES", "text_input");
        inputs(model, "FP32", "sampling_param_temperature", "sampling_param_top_p");
        inputs(model, "INT32", "sampling_param_top_k", "sampling_param_max_tokens");
        inputs(model, "UINT64", "sampling_param_seed");
        inputs(model, "BOOL", "sampling_param_exclude_input_from_output");
        outputs(model, "BYTES", "text_output");
        if (isAdapted) {
          inputs(model, "UINT64", "lora_id");
          inputs(model, "BYTES", "lora_name", "lora_path");
        }
      }
    }
    if (!serving.embeddingModelName().isEmpty()) {
      ModelMetadataResponse.Builder embedder =
          model(serving.embeddingModelName(), serving.embeddingModelVersion());
      inputs(embedder, "BYTES", "text");
      outputs(embedder, "FP32", "embeddings");
    }
  }

  private ModelMetadataResponse.Builder model(String name, String version) {
    return models.computeIfAbsent(
        new Model(name, version),
        model ->
            ModelMetadataResponse.newBuilder()
                .setName(name)
                .addVersions(version.isEmpty() ? "1" : version)
                .setPlatform("recorded"));
  }

  private static void inputs(
      ModelMetadataResponse.Builder model, String datatype, String... names) {
    for (String name : names) {
      if (model.getInputsList().stream().noneMatch(known -> known.getName().equals(name))) {
        model.addInputs(tensor(name, datatype));
      }
    }
  }

  private static void outputs(
      ModelMetadataResponse.Builder model, String datatype, String... names) {
    for (String name : names) {
      if (model.getOutputsList().stream().noneMatch(known -> known.getName().equals(name))) {
        model.addOutputs(tensor(name, datatype));
      }
    }
  }

  private static TensorMetadata tensor(String name, String datatype) {
    return TensorMetadata.newBuilder().setName(name).setDatatype(datatype).addShape(ANY).build();
  }
}
