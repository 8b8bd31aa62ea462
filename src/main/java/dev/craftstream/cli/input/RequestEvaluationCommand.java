package dev.craftstream.cli.input;

import dev.craftstream.model.dataset.Request;
import dev.craftstream.topics.kafka.Topics;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./craft request evaluation}. */
@Command(
    name = "evaluation",
    description = {
      "Asks for the evaluation of an INITIAL or TUNED checkpoint again, over the questions as they"
          + " are now."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  ./craft request evaluation again --checkpoint llama-t"})
public final class RequestEvaluationCommand extends RequestKind {
  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "ID",
      description = "The model checkpoint.")
  private String checkpoint;

  @Override
  Request request() {
    return new Request(
        id, Request.Kind.EVALUATION, checkpoint, "", null, List.of(), null, NOT_WRITTEN);
  }

  @Override
  List<String> answers(Topics topics) {
    return List.of(topics.evaluations());
  }
}
