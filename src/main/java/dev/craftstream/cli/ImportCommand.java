package dev.craftstream.cli;

import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.client.exchange.Adjustments;
import dev.craftstream.client.exchange.Choice;
import dev.craftstream.client.exchange.QuestionFormat;
import dev.craftstream.client.exchange.QuestionImport;
import dev.craftstream.client.exchange.QuestionImport.Checked;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.Purpose;
import dev.craftstream.topics.kafka.KafkaSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ./craft import}. */
@Command(
    name = "import",
    description = {
      "Writes the questions of files into the job's questions topic.",
      "They are first held against the rules that the job has, limits included. Nothing is written"
          + " unless all of them can be used, or --skip-bad is given."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Formats:",
      "  triviaqa  JSON as published: {\"Data\": [{\"QuestionId\", \"Question\", \"Answer\"}, ...]}",
      "  nq-open   JSON, one object a line as published, or a list of objects that may have a qid",
      "  mmlu      CSV with a header, or as published without one: the subject is in the file's name",
      "  arc       JSON as published, one object a line",
      "  jsonl     the job's own question events, one a line: see ./craft demo --help. A line may also",
      "            remove a question: {\"question_id\": \"river-1\", \"removal\": {}}",
      "A question's id is its source's; NQ-open as published has none, and gets one of its text.",
      "",
      "Examples:",
      "  ./craft import jsonl my-questions.jsonl",
      "  ./craft import triviaqa unfiltered-web-train.json --sample 20000 --seed 7 --tag triviaqa",
      "  ./craft import mmlu data/test/*_test.csv --purpose evaluate --id-prefix mmlu/",
      "  ./craft import nq-open NQ-open.dev.jsonl --dry-run"
    })
final class ImportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "FORMAT",
      converter = FormatWord.class,
      completionCandidates = FormatWords.class,
      description = "One of ${COMPLETION-CANDIDATES}.")
  private QuestionFormat format;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "The questions.")
  private List<Path> files = List.of();

  @Option(
      names = "--purpose",
      paramLabel = "PURPOSE",
      description =
          "TRAIN: they become instructions. EVALUATE: they measure model checkpoints and are never"
              + " trained on. Default: as the file says, else TRAIN.")
  private Purpose purpose;

  @Option(
      names = "--subject",
      paramLabel = "TEXT",
      description = "Their field of knowledge. Default: as the file says; MMLU's files do.")
  private String subject;

  @Option(
      names = "--tag",
      paramLabel = "TEXT",
      description = "Carried through to the instructions; may be given several times.")
  private List<String> tags = List.of();

  @Option(
      names = "--id-prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Stands before each id, so that those of several sources stay apart.")
  private String idPrefix;

  @Option(names = "--limit", paramLabel = "N", description = "Take the first N questions only.")
  private Long limit;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description =
          "Take N of the questions at random. The same seed takes the same, in whatever order they"
              + " come, and those of a smaller N are among those of a larger one.")
  private Integer sample;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "Of --sample. Default: ${DEFAULT-VALUE}.",
      defaultValue = "0")
  private long seed;

  @Option(names = "--skip-bad", description = "Leave out and count what cannot be used.")
  private boolean skipBad;

  @Option(names = "--dry-run", description = "Read and check everything, and write nothing.")
  private boolean dryRun;

  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    Choice choice = choice();
    CurationSettings settings = job.settings();
    KafkaSettings kafka = settings.kafka();
    ProgressLine line = Commands.progressLine(spec);
    QuestionImport source =
        new QuestionImport(
            format,
            files,
            new Adjustments(idPrefix, purpose, subject, tags),
            choice,
            kafka.format(),
            settings.limits(),
            (writing, records, bytes, totalBytes) ->
                line.show(() -> progress(writing, records, bytes, totalBytes, line.seconds())));
    Checked checked = source.check();
    if (checked.unusable() > 0 && !skipBad) {
      line.close();
      throw new IOException(
          QuestionsFile.mistakes(checked)
              + "\nNothing was written. Mend them, or leave them out with --skip-bad.");
    }
    if (!dryRun && checked.counts().all() > 0) {
      write(kafka, source, checked);
    }
    line.close();
    say(checked, kafka, line.seconds());
    return 0;
  }

  static void write(KafkaSettings kafka, QuestionImport source, Checked checked)
      throws IOException {
    TopicWriter writer = new TopicWriter(kafka);
    try (writer) {
      source.write(checked, writer::questions);
    } catch (IOException | RuntimeException e) {
      // Closed by now, so that it is known what became of the last ones.
      if (writer.written() == 0) {
        throw e;
      }
      throw new IOException(
          "%s %,d of %,d question events were written before; importing the same again is safe, for an event that is there already changes nothing."
              .formatted(FailureSentence.of(e), writer.written(), checked.counts().all()),
          e);
    }
    // The files are read twice.
    if (writer.written() != checked.counts().all()) {
      throw new IOException(
          "%,d question events were written, but the check had found %,d: the files changed meanwhile. Import them again; that is safe, for an event that is there already changes nothing."
              .formatted(writer.written(), checked.counts().all()));
    }
  }

  private Choice choice() {
    if (limit != null && sample != null) {
      throw Commands.wrong(spec, "--limit and --sample are both given; one of them is allowed.");
    }
    Commands.requireAtLeast(spec, "--limit", limit, 1);
    Commands.requireAtLeast(spec, "--sample", sample, 1);
    return limit != null
        ? new Choice.First(limit)
        : sample != null ? new Choice.Sample(sample, seed) : new Choice.All();
  }

  static String progress(
      boolean writing, long records, long bytes, long totalBytes, double seconds) {
    return String.format(
        Locale.ROOT,
        "  %s: %,d records, %.0f of %.0f MB; %.0f s",
        writing ? "writing" : "checking",
        records,
        bytes / 1e6,
        totalBytes / 1e6,
        seconds);
  }

  private void say(Checked checked, KafkaSettings kafka, double seconds) {
    PrintWriter err = spec.commandLine().getErr();
    if (checked.unusable() > 0) {
      err.printf("%,d records were left out, for they cannot be used:%n", checked.unusable());
      list(err, checked.mistakes(), checked.unusable());
    }
    if (checked.repeated() > 0) {
      err.printf("%,d records were left out, for they repeat others:%n", checked.repeated());
      list(err, checked.repetitions(), checked.repeated());
    }
    err.flush();
    QuestionImport.Counts counts = checked.counts();
    String what =
        String.format(
            Locale.ROOT,
            "%,d question events (%,d open-ended, %,d multiple-choice%s)",
            counts.all(),
            counts.openEnded(),
            counts.multipleChoice(),
            counts.removals() == 0 ? "" : ", %,d removals".formatted(counts.removals()));
    String from =
        String.format(
            Locale.ROOT,
            "of %,d records read in %.1f s (%,.0f a second)",
            checked.records(),
            seconds,
            checked.records() / Math.max(seconds, 1e-3));
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        dryRun
            ? "Would import %s %s; nothing was written.".formatted(what, from)
            : "Imported %s to %s, %s.".formatted(what, kafka.topics().questions(), from));
    out.flush();
  }

  private static void list(PrintWriter err, List<String> sentences, long all) {
    sentences.forEach(sentence -> err.println("  " + sentence));
    if (all > sentences.size()) {
      err.printf("  ... and %,d more%n", all - sentences.size());
    }
  }

  /** The formats as they are written on the command line. */
  static final class FormatWords implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      List<String> words = new ArrayList<>();
      Arrays.stream(QuestionFormat.values()).map(QuestionFormat::word).forEach(words::add);
      return words.iterator();
    }
  }

  static final class FormatWord implements ITypeConverter<QuestionFormat> {
    @Override
    public QuestionFormat convert(String value) {
      return Arrays.stream(QuestionFormat.values())
          .filter(format -> format.word().equalsIgnoreCase(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "expected one of %s but was '%s'"
                          .formatted(
                              Arrays.stream(QuestionFormat.values())
                                  .map(QuestionFormat::word)
                                  .collect(Collectors.joining(", ")),
                              value)));
    }
  }
}
