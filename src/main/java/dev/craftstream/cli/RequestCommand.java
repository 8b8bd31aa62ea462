package dev.craftstream.cli;

import dev.craftstream.client.TopicWriter;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Request;
import dev.craftstream.model.Request.Changes;
import dev.craftstream.model.Shortage;
import dev.craftstream.model.Strategy;
import dev.craftstream.model.Task;
import dev.craftstream.model.Ties;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.RequestParser;
import dev.craftstream.topics.records.WireFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ./craft request}: one subcommand for each kind of request. */
@Command(
    name = "request",
    description = {
      "Asks the job for another dataset, rehearsal set or evaluation, from what it knows already; or"
          + " to ask failed questions again."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "KIND",
    subcommands = {
      RequestCommand.ForDataset.class,
      RequestCommand.ForRehearsalSet.class,
      RequestCommand.ForEvaluation.class,
      RequestCommand.ForRetry.class
    },
    footer = {
      "",
      "Examples:",
      "  ./craft request dataset small --initial llama-0 --rehearsal llama-r --open-ended-answers 800",
      "  ./craft request rehearsal-set few --initial llama-0 --open-ended-count 200",
      "  ./craft request evaluation again --checkpoint llama-t",
      "  ./craft request retry mended --checkpoint llama-t",
      "",
      "./craft request KIND --help explains a kind. What can't be met becomes a dead letter."
    })
final class RequestCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** What the kinds have in common. */
  private abstract static class Requesting implements Callable<Integer> {
    /** In a request that is not written yet. */
    static final OriginalRecord NOT_WRITTEN =
        new OriginalRecord(new Origin("requests", 0, 0), null, null);

    @Spec private CommandSpec spec;

    @Parameters(
        paramLabel = "ID",
        description =
            "Names the request, and begins the ids of the datasets that it makes. Each request has"
                + " its own.")
    String id;

    @Mixin private JobOptions job;

    abstract Request request();

    /** Where to look for what the request makes. */
    abstract List<String> answers(Topics topics);

    @Override
    public Integer call() throws Exception {
      Request request = request();
      check(new RecordEncoder(WireFormat.JSON).request(request));
      KafkaSettings kafka = job.kafka();
      try (TopicWriter writer = new TopicWriter(kafka)) {
        writer.request(request);
      }
      spec.commandLine()
          .getOut()
          .printf(
              "Requested %s. What it makes comes to %s; if it can't be met, %s says why.%n",
              id, String.join(" and ", answers(kafka.topics())), kafka.topics().deadLetters());
      return 0;
    }

    /** By the rules that the job itself has. */
    private void check(EncodedRecord request) {
      OriginalRecord written =
          new OriginalRecord(NOT_WRITTEN.origin(), request.key(), request.value());
      if (new RequestParser(WireFormat.JSON, RecordLimits.DEFAULT).parse(written)
          instanceof Parsed.Rejected<Request> rejected) {
        throw new ParameterException(spec.commandLine(), rejected.deadLetter().explanation());
      }
    }

    static List<Changes> given(Changes... changes) {
      return Stream.of(changes).filter(change -> !change.isEmpty()).toList();
    }
  }

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
  static final class ForDataset extends Requesting {
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
        names = "--seed",
        paramLabel = "SEED",
        converter = Unsigned.class,
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
              new Changes(
                  Task.OPEN_ENDED,
                  openEndedAnswers,
                  openEndedRefusals,
                  openEndedTies,
                  openEndedShortage,
                  openEndedAnswerFrom,
                  openEndedRefusalBound,
                  null,
                  null),
              new Changes(
                  Task.MULTIPLE_CHOICE,
                  multipleChoiceAnswers,
                  multipleChoiceRefusals,
                  multipleChoiceTies,
                  multipleChoiceShortage,
                  multipleChoiceAnswerFrom,
                  multipleChoiceRefusalBound,
                  null,
                  null)),
          seed,
          NOT_WRITTEN);
    }

    @Override
    List<String> answers(Topics topics) {
      return List.of(topics.datasets(), topics.datasetManifests());
    }
  }

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
  static final class ForRehearsalSet extends Requesting {
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
        converter = Unsigned.class,
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
              new Changes(
                  Task.OPEN_ENDED,
                  openEndedCount,
                  null,
                  null,
                  null,
                  openEndedCorrectness,
                  null,
                  openEndedCertainty,
                  null),
              new Changes(
                  Task.MULTIPLE_CHOICE,
                  multipleChoiceCount,
                  null,
                  null,
                  null,
                  null,
                  null,
                  null,
                  multipleChoiceTargetProbability)),
          seed,
          NOT_WRITTEN);
    }

    @Override
    List<String> answers(Topics topics) {
      return List.of(topics.rehearsalSets(), topics.datasetManifests());
    }
  }

  /** {@code ./craft request evaluation}. */
  @Command(
      name = "evaluation",
      description = {
        "Asks for the evaluation of an INITIAL or TUNED checkpoint again, over the questions as they"
            + " are now."
      },
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  ./craft request evaluation again --checkpoint llama-t"})
  static final class ForEvaluation extends Requesting {
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
  static final class ForRetry extends Requesting {
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

  /** An unsigned 64-bit number. */
  static final class Unsigned implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      try {
        return Long.parseUnsignedLong(value);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "'%s' is not a whole number from 0 to %s".formatted(value, Long.toUnsignedString(-1)));
      }
    }
  }
}
