package dev.craftstream.cli;

import dev.craftstream.client.TopicWriter;
import dev.craftstream.model.Contract;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Role;
import dev.craftstream.model.Serving;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.ModelCheckpointParser;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./craft announce}. */
@Command(
    name = "announce",
    description = {
      "Announces a model checkpoint: the job measures all questions under it, in a sweep.",
      "An announcement of a known id says that its model is served elsewhere now."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft announce llama-0 --role INITIAL --model llama --contract VLLM --embedding-model minilm",
      "  ./craft announce llama-r --role REHEARSAL --base llama-0 --model llama-r --contract VLLM"
          + " --embedding-model minilm"
    })
final class AnnounceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ID", description = "Names the weights for ever.")
  private String id;

  @Option(
      names = "--role",
      required = true,
      paramLabel = "ROLE",
      description =
          "INITIAL: the model to be tuned. REHEARSAL: the same after a short tuning on what it knows."
              + " TUNED: the result of training on the instructions.")
  private Role role;

  @Option(
      names = "--base",
      paramLabel = "ID",
      defaultValue = "",
      description = "The INITIAL checkpoint that a REHEARSAL or TUNED one was made from.")
  private String base;

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

  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    ModelCheckpoint checkpoint =
        new ModelCheckpoint(
            id,
            1,
            role,
            base,
            new Serving(
                model, modelVersion, contract, embeddingModel, embeddingModelVersion, adapter));
    check(new RecordEncoder(WireFormat.JSON).announcement(checkpoint));
    KafkaSettings kafka = job.kafka();
    try (TopicWriter writer = new TopicWriter(kafka)) {
      long time = writer.announcement(checkpoint);
      spec.commandLine()
          .getOut()
          .println(
              WriteConfirmation.sentence(
                  kafka,
                  kafka.topics().modelCheckpoints(),
                  "the announcement of %s, as model time %d".formatted(id, time)));
    }
    return 0;
  }

  /** By the rules that the job itself has. */
  private void check(EncodedRecord announcement) {
    OriginalRecord written =
        new OriginalRecord(
            new Origin("model-checkpoints", 0, 0), announcement.key(), announcement.value());
    if (new ModelCheckpointParser(WireFormat.JSON, RecordLimits.DEFAULT).parse(written)
        instanceof Parsed.Rejected<ModelCheckpointEvent> rejected) {
      throw new ParameterException(spec.commandLine(), rejected.deadLetter().explanation());
    }
  }
}
