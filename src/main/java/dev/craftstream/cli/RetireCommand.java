package dev.craftstream.cli;

import dev.craftstream.local.TopicWriter;
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
final class RetireCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;

  @Parameters(paramLabel = "ID", description = "The model checkpoint.")
  private String id;

  @Override
  public Integer call() throws Exception {
    if (id.isBlank()) {
      throw new picocli.CommandLine.ParameterException(
          spec.commandLine(), "The model checkpoint's id is blank.");
    }
    try (TopicWriter writer = new TopicWriter(job.kafka())) {
      long time = writer.retirement(id);
      spec.commandLine().getOut().printf("Retired %s as model time %d.%n", id, time);
    }
    return 0;
  }
}
