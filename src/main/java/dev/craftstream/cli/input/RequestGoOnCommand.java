package dev.craftstream.cli.input;

import dev.craftstream.model.dataset.Request;
import dev.craftstream.topics.kafka.Topics;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./craft request go-on}. */
@Command(
    name = "go-on",
    description = {
      "Lets a model checkpoint go on that is paused, since it has reached the ceiling of what it may"
          + " cost (tracker.ceiling.*): it may cost once more what the ceiling is. Each such request"
          + " counts, also one that comes before the ceiling is reached."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Examples:", "  ./craft request go-on more-1 --checkpoint llama-t"})
public final class RequestGoOnCommand extends RequestKind {
  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "ID",
      description = "The model checkpoint; it has to be live.")
  private String checkpoint;

  @Override
  Request request() {
    return Request.goOn(id, checkpoint, NOT_WRITTEN);
  }

  @Override
  List<String> answers(Topics topics) {
    return List.of(topics.knowledge(), topics.instructions());
  }
}
