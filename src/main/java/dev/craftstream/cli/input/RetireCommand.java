package dev.craftstream.cli.input;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.topics.kafka.KafkaSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./craft retire}. */
@Command(
    name = "retire",
    description =
        "Retires a model checkpoint: it is asked no more, and what it knew takes no part in labels.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  ./craft retire llama-0"})
public final class RetireCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;

  @Parameters(paramLabel = "ID", description = "The model checkpoint.")
  private String id;

  @Override
  public Integer call() throws Exception {
    if (id.isBlank()) {
      throw Commands.wrong(spec, "The model checkpoint's id is blank.");
    }
    KafkaSettings kafka = job.kafka();
    Commands.write(
        spec,
        kafka,
        kafka.topics().modelCheckpoints(),
        writer -> "the retirement of %s, as model time %d".formatted(id, writer.retirement(id)));
    return 0;
  }
}
