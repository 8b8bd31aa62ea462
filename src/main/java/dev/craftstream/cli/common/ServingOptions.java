package dev.craftstream.cli.common;

import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.topics.records.ModelCheckpointParser;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a model checkpoint is served, and how it is asked there. */
public final class ServingOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "Triton's name of the model.")
  private String model;

  @Option(
      names = "--model-version",
      paramLabel = "V",
      defaultValue = "",
      description = "Its version. Default: Triton's own choice.")
  private String modelVersion;

  @Option(
      names = "--contract",
      paramLabel = "CONTRACT",
      defaultValue = "CRAFT",
      description = "How it is asked: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Contract contract;

  @Option(
      names = "--embedding-model",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "The embedding model that stands beside a model of contract VLLM or LLMAPI, or embeds in"
              + " place of one of contract CRAFT.")
  private String embeddingModel;

  @Option(
      names = "--embedding-model-version",
      paramLabel = "V",
      defaultValue = "",
      description = "Its version. Default: Triton's own choice.")
  private String embeddingModelVersion;

  @Option(
      names = "--adapter",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "The LoRA adapter of the model that is this checkpoint. Default: the model as it is.")
  private String adapter;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /**
   * The checkpoint that is served so.
   *
   * @throws picocli.CommandLine.ParameterException where the job itself would not take its
   *     announcement
   */
  public ModelCheckpoint checkpoint(String id, Role role, String base) {
    ModelCheckpoint checkpoint =
        new ModelCheckpoint(
            id,
            1,
            role,
            base,
            new Serving(
                model, modelVersion, contract, embeddingModel, embeddingModelVersion, adapter));
    Commands.requireAccepted(
        command,
        new ModelCheckpointParser(WireFormat.JSON, RecordLimits.DEFAULT),
        "model-checkpoints",
        new RecordEncoder(WireFormat.JSON).announcement(checkpoint));
    return checkpoint;
  }
}
