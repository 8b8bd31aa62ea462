package dev.craftstream.cli.input;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.FailureSentence;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.client.importing.Adjustments;
import dev.craftstream.client.importing.Checked;
import dev.craftstream.client.importing.Choice;
import dev.craftstream.client.importing.QuestionFormat;
import dev.craftstream.client.importing.QuestionImport;
import dev.craftstream.client.importing.ReadAs;
import dev.craftstream.client.importing.forms.FieldMapping;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.model.Purpose;
import dev.craftstream.topics.kafka.KafkaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./craft import}. */
@Command(
    name = "import",
    description = {
      "Writes the questions of files into the job's questions topic.",
      "Which set a file is of is seen by the names of its fields or columns, and by these alone. JSON lines, JSON"
          + " lists, CSV, TSV and Parquet are read, and gzip and zstd are unpacked.",
      "They are first held against the rules that the job has, limits included. Nothing is written"
          + " unless all of them can be used, or --skip-bad is given."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Formats, where you want to name one; docs/importing.md has the names that each is known by:",
      "  jsonl         the job's own question events: see ./craft demo --help. A record may also remove a",
      "                question: {\"question_id\": \"river-1\", \"removal\": {}}",
      "  triviaqa      nq-open       popqa       simpleqa      webquestions  squad       truthfulqa",
      "  mmlu          cmmlu         ceval       mmlu-pro      arc           sciq        commonsenseqa",
      "  openbookqa    chat",
      "Any other form: --field says which part of a question is in which field. Parts are question, answer, aliases,",
      "options, target, id and subject; a dot leads into an object, and several fields have commas between.",
      "A question's id is its source's; where that has none, it gets one of its text.",
      "",
      "Examples:",
      "  ./craft import my-questions.jsonl",
      "  ./craft import unfiltered-web-train.json.gz --sample 20000 --seed 7 --tag triviaqa",
      "  ./craft import mmlu data/test/*_test.csv --purpose evaluate --id-prefix mmlu/",
      "  ./craft import test-00000-of-00001.parquet --dry-run",
      "  ./craft import medmcqa.jsonl --field question=question --field options=opa,opb,opc,opd --field target=cop"
    })
public final class ImportCommand implements Callable<Integer> {
  /** Of the questions of a dry run. */
  private static final int SHOWN = 3;

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "[FORMAT] FILE",
      completionCandidates = FormatWords.class,
      description = "A format, or the first file. Formats: ${COMPLETION-CANDIDATES}.")
  private String first;

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "FILE", description = "The questions.")
  private List<Path> others = List.of();

  @Option(
      names = "--field",
      paramLabel = "PART=NAME",
      description = "In which field a part of the questions is; may be given several times.")
  private Map<String, String> fields = Map.of();

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

  @Option(
      names = "--dry-run",
      description =
          "Read and check everything, show the first questions as they would be written, and write nothing.")
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
            readAs(),
            files(),
            new Adjustments(idPrefix, purpose, subject, tags),
            choice,
            kafka.format(),
            settings.limits(),
            (writing, records, bytes, totalBytes) ->
                line.show(() -> progress(writing, records, bytes, totalBytes, line.seconds())));
    Checked checked = source.check();
    String refusal = checked.refusal(skipBad);
    if (!refusal.isEmpty()) {
      line.close();
      throw new IOException(refusal);
    }
    if (!dryRun) {
      write(kafka, source, checked);
    }
    line.close();
    double seconds = line.seconds();
    ImportReport report = new ImportReport(checked, seconds);
    report.leftOut(spec.commandLine().getErr());
    if (dryRun) {
      report.wouldImport(spec.commandLine().getOut(), source.preview(checked, SHOWN));
    } else {
      report.imported(spec.commandLine().getOut(), kafka.topics().questions());
    }
    return 0;
  }

  private ReadAs readAs() {
    Optional<QuestionFormat> format = format();
    if (fields.isEmpty()) {
      return format.isPresent() ? new ReadAs.Named(format.get()) : new ReadAs.Recognised();
    }
    if (format.isPresent()) {
      throw Commands.wrong(
          spec,
          "The format %s and --field are both given; one of them is allowed.".formatted(first));
    }
    try {
      return new ReadAs.Mapped(new FieldMapping(fields));
    } catch (IllegalArgumentException e) {
      throw Commands.wrong(spec, e.getMessage());
    }
  }

  private Optional<QuestionFormat> format() {
    return Arrays.stream(QuestionFormat.values())
        .filter(format -> format.words().contains(first.toLowerCase(Locale.ROOT)))
        .findFirst();
  }

  private List<Path> files() {
    if (format().isPresent()) {
      if (others.isEmpty()) {
        throw Commands.wrong(spec, "Missing required parameter: 'FILE'");
      }
      return others;
    }
    Path file = Path.of(first);
    if (!others.isEmpty() && Files.notExists(file)) {
      throw Commands.wrong(
          spec,
          "'%s' is neither a file nor a format; formats are %s."
              .formatted(first, String.join(", ", new FormatWords())));
    }
    return Stream.concat(Stream.of(file), others.stream()).toList();
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

  /** The formats as they are written on the command line. */
  static final class FormatWords implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(QuestionFormat.values())
          .flatMap(format -> format.words().stream())
          .iterator();
    }
  }
}
