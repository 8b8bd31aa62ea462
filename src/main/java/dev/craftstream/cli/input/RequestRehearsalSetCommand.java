package dev.craftstream.cli.input;

import dev.craftstream.cli.common.UnsignedLong;
import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.topics.kafka.Topics;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./craft request rehearsal-set}. */
@Command(
    name = "rehearsal-set",
    description = {
      "Asks for questions that the INITIAL checkpoint knows well, to tune the REHEARSAL one on. What"
          + " is left out is as the job's options say."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  ./craft request rehearsal-set few --initial llama-0 --open-ended-count 200"
          + " --open-ended-certainty 0.9"
    })
public final class RequestRehearsalSetCommand extends RequestKind {
  @Option(
      names = "--initial",
      required = true,
      paramLabel = "ID",
      description = "The INITIAL model checkpoint.")
  private String initial;

  @Option(
      names = "--open-ended-count",
      paramLabel = "N",
      description = "At most this many open-ended questions.")
  private Integer openEndedCount;

  @Option(
      names = "--open-ended-correctness",
      paramLabel = "SHARE",
      description = "Their correctness is at least this, 0 to 1.")
  private Double openEndedCorrectness;

  @Option(
      names = "--open-ended-certainty",
      paramLabel = "C",
      description = "Their certainty is at least this.")
  private Double openEndedCertainty;

  @Option(
      names = "--multiple-choice-count",
      paramLabel = "N",
      description = "At most this many multiple-choice questions.")
  private Integer multipleChoiceCount;

  @Option(
      names = "--multiple-choice-target-probability",
      paramLabel = "P",
      description = "The right letter's probability is above this, 0 to 1.")
  private Double multipleChoiceTargetProbability;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      converter = UnsignedLong.class,
      description = "Of the random choices, 0 to 18446744073709551615.")
  private Long seed;

  @Override
  Request request() {
    return new Request(
        id,
        Request.Kind.REHEARSAL_SET,
        initial,
        "",
        null,
        given(
            Changes.of(Task.OPEN_ENDED)
                .answers(openEndedCount)
                .answerFrom(openEndedCorrectness)
                .certainty(openEndedCertainty)
                .build(),
            Changes.of(Task.MULTIPLE_CHOICE)
                .answers(multipleChoiceCount)
                .targetProbability(multipleChoiceTargetProbability)
                .build()),
        seed,
        NOT_WRITTEN);
  }

  @Override
  List<String> answers(Topics topics) {
    return List.of(topics.rehearsalSets(), topics.datasetManifests());
  }
}
