package dev.craftstream.cli.input;

import dev.craftstream.cli.common.UnsignedLong;
import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.topics.kafka.Topics;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./craft request dataset}. */
@Command(
    name = "dataset",
    description = {
      "Asks for a training dataset of another strategy or with other settings. What is left out is"
          + " as the job's options say."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  ./craft request dataset rait --initial llama-0 --rehearsal llama-r --strategy COR_RAIT",
      "  ./craft request dataset half --initial llama-0 --rehearsal llama-r --open-ended-answers 4000"
          + " --open-ended-refusals 1000 --open-ended-shortage SHORT --seed 7"
    })
public final class RequestDatasetCommand extends RequestKind {
  @Option(
      names = "--initial",
      required = true,
      paramLabel = "ID",
      description = "The INITIAL model checkpoint.")
  private String initial;

  @Option(
      names = "--rehearsal",
      required = true,
      paramLabel = "ID",
      description = "Its REHEARSAL model checkpoint.")
  private String rehearsal;

  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      description = "${COMPLETION-CANDIDATES}. Default: each of the job's.")
  private Strategy strategy;

  @Option(
      names = "--open-ended-answers",
      paramLabel = "N",
      description = "ANSWER questions among the open-ended ones.")
  private Integer openEndedAnswers;

  @Option(names = "--open-ended-refusals", paramLabel = "N", description = "REFUSAL questions.")
  private Integer openEndedRefusals;

  @Option(
      names = "--open-ended-ties",
      paramLabel = "TIES",
      description = "What happens to equals at the cut-off: ${COMPLETION-CANDIDATES}.")
  private Ties openEndedTies;

  @Option(
      names = "--open-ended-shortage",
      paramLabel = "SHORTAGE",
      description = "What happens where candidates are too few: ${COMPLETION-CANDIDATES}.")
  private Shortage openEndedShortage;

  @Option(
      names = "--open-ended-answer-from",
      paramLabel = "SHARE",
      description = "Least correctness of an ANSWER candidate, 0 to 1.")
  private Double openEndedAnswerFrom;

  @Option(
      names = "--open-ended-refusal-bound",
      paramLabel = "SHARE",
      description = "Greatest correctness of a REFUSAL candidate; below the former.")
  private Double openEndedRefusalBound;

  @Option(
      names = "--open-ended-flow-rule",
      paramLabel = "RULE",
      description = "Which REFUSAL candidates stay: ${COMPLETION-CANDIDATES}.")
  private FlowRule openEndedFlowRule;

  @Option(
      names = "--open-ended-rise-probability-above",
      paramLabel = "SHARE",
      description = "RISES_SURELY drops candidates that flow with a probability above this.")
  private Double openEndedRise;

  @Option(
      names = "--open-ended-sureness-from",
      paramLabel = "SHARE",
      description = "Least sureness of a candidate's label, 0 to 1; 0 for any.")
  private Double openEndedSureness;

  @Option(
      names = "--multiple-choice-answers",
      paramLabel = "N",
      description = "ANSWER questions among the multiple-choice ones.")
  private Integer multipleChoiceAnswers;

  @Option(
      names = "--multiple-choice-refusals",
      paramLabel = "N",
      description = "REFUSAL questions.")
  private Integer multipleChoiceRefusals;

  @Option(
      names = "--multiple-choice-ties",
      paramLabel = "TIES",
      description = "What happens to equals at the cut-off: ${COMPLETION-CANDIDATES}.")
  private Ties multipleChoiceTies;

  @Option(
      names = "--multiple-choice-shortage",
      paramLabel = "SHORTAGE",
      description = "What happens where candidates are too few: ${COMPLETION-CANDIDATES}.")
  private Shortage multipleChoiceShortage;

  @Option(
      names = "--multiple-choice-answer-from",
      paramLabel = "SHARE",
      description = "Least correctness of an ANSWER candidate, 0 to 1.")
  private Double multipleChoiceAnswerFrom;

  @Option(
      names = "--multiple-choice-refusal-bound",
      paramLabel = "SHARE",
      description = "The correctness of a REFUSAL candidate is below this; at most the former.")
  private Double multipleChoiceRefusalBound;

  @Option(
      names = "--multiple-choice-flow-rule",
      paramLabel = "RULE",
      description = "Which REFUSAL candidates stay: ${COMPLETION-CANDIDATES}.")
  private FlowRule multipleChoiceFlowRule;

  @Option(
      names = "--multiple-choice-rise-probability-above",
      paramLabel = "SHARE",
      description = "RISES_SURELY drops candidates that flow with a probability above this.")
  private Double multipleChoiceRise;

  @Option(
      names = "--multiple-choice-sureness-from",
      paramLabel = "SHARE",
      description = "Least sureness of a candidate's label, 0 to 1; 0 for any.")
  private Double multipleChoiceSureness;

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
        Request.Kind.DATASET,
        initial,
        rehearsal,
        strategy,
        given(
            Changes.of(Task.OPEN_ENDED)
                .answers(openEndedAnswers)
                .refusals(openEndedRefusals)
                .ties(openEndedTies)
                .shortage(openEndedShortage)
                .answerFrom(openEndedAnswerFrom)
                .refusalBound(openEndedRefusalBound)
                .flowRule(openEndedFlowRule)
                .riseProbability(openEndedRise)
                .surenessFrom(openEndedSureness)
                .build(),
            Changes.of(Task.MULTIPLE_CHOICE)
                .answers(multipleChoiceAnswers)
                .refusals(multipleChoiceRefusals)
                .ties(multipleChoiceTies)
                .shortage(multipleChoiceShortage)
                .answerFrom(multipleChoiceAnswerFrom)
                .refusalBound(multipleChoiceRefusalBound)
                .flowRule(multipleChoiceFlowRule)
                .riseProbability(multipleChoiceRise)
                .surenessFrom(multipleChoiceSureness)
                .build()),
        seed,
        NOT_WRITTEN);
  }

  @Override
  List<String> answers(Topics topics) {
    return List.of(topics.datasets(), topics.datasetManifests());
  }
}
