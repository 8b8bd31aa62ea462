package dev.craftstream.cli.input;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.cli.common.ServingOptions;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.topics.kafka.KafkaSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
public final class AnnounceCommand implements Callable<Integer> {
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

  @Mixin private ServingOptions serving;
  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    ModelCheckpoint checkpoint = serving.checkpoint(id, role, base);
    KafkaSettings kafka = job.kafka();
    Commands.write(
        spec,
        kafka,
        kafka.topics().modelCheckpoints(),
        writer ->
            "the announcement of %s, as model time %d"
                .formatted(id, writer.announcement(checkpoint)));
    return 0;
  }
}
