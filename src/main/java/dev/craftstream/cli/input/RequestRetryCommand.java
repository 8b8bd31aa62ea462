package dev.craftstream.cli.input;

import dev.craftstream.model.dataset.Request;
import dev.craftstream.topics.kafka.Topics;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./craft request retry}. */
@Command(
    name = "retry",
    description = {
      "Asks a model checkpoint again what it failed to answer: questions that have a dead letter"
          + " under it instead of a measurement. What is measured now comes late, as a new"
          + " question's measurement does."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft request retry mended --checkpoint llama-t",
      "  ./craft request retry two --checkpoint llama-t --question river-1 --question river-2"
    })
public final class RequestRetryCommand extends RequestKind {
  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "ID",
      description = "The model checkpoint that failed; it has to be live.")
  private String checkpoint;

  @Option(
      names = "--question",
      paramLabel = "ID",
      description =
          "A question that failed; may be repeated. Default: all that have failed so far.")
  private List<String> questions = List.of();

  @Override
  Request request() {
    return Request.retry(id, checkpoint, questions, NOT_WRITTEN);
  }

  @Override
  List<String> answers(Topics topics) {
    return List.of(topics.knowledge(), topics.instructions());
  }
}
