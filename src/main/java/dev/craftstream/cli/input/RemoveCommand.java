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

/** {@code ./craft remove}. */
@Command(
    name = "remove",
    description = "Removes a question everywhere; its instruction is taken back.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  ./craft remove capital-france"})
public final class RemoveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;

  @Parameters(paramLabel = "QUESTION_ID", description = "The question.")
  private String questionId;

  @Override
  public Integer call() throws Exception {
    if (questionId.isBlank()) {
      throw Commands.wrong(spec, "The question id is blank.");
    }
    KafkaSettings kafka = job.kafka();
    Commands.write(
        spec,
        kafka,
        kafka.topics().questions(),
        writer -> {
          writer.removal(questionId);
          return "the removal of question " + questionId;
        });
    return 0;
  }
}
