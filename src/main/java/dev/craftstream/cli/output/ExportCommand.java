package dev.craftstream.cli.output;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.client.DatasetTopics;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.exchange.CollectedDataset;
import dev.craftstream.client.exchange.ExportFolder;
import dev.craftstream.client.exchange.ExportFormat;
import dev.craftstream.client.exchange.ExportedDataset;
import dev.craftstream.client.exchange.Names;
import dev.craftstream.client.exchange.RowStyle;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.Project;
import dev.craftstream.model.Task;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./craft export}. */
@Command(
    name = "export",
    description = {
      "Writes a dataset or rehearsal set into a folder, in the form that a trainer reads, with a card"
          + " that says what it is.",
      "It waits until the dataset is complete. What happened to its questions since is applied, unless"
          + " --as-of MANIFEST is given."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Formats:",
      "  chat      train.jsonl, {\"messages\": [{\"role\", \"content\"}, ...]} on each line; TRL reads it",
      "  sharegpt  train.jsonl, {\"conversations\": [{\"from\", \"value\"}, ...]}, and dataset_info.json;"
          + " LLaMA-Factory reads them",
      "  alpaca    train.jsonl, {\"instruction\", \"input\", \"output\"}, and dataset_info.json",
      "  parquet   train.parquet, messages and what each row rests on; TRL reads it",
      "  completion",
      "            train.jsonl, {\"prompt\", \"completion\"}; TRL's SFTTrainer learns the completion alone",
      "  kto       train.jsonl, {\"prompt\", \"completion\", \"label\"}: each response with label true and, where it"
          + " is an",
      "            answer, the refusal with label false; TRL's KTOTrainer reads it",
      "  preference",
      "            train.jsonl, {\"prompt\", \"chosen\", \"rejected\"}: each answer against the refusal; TRL's DPOTrainer",
      "            reads it. A refusal has no pair, for no wrong answer of the model is known",
      "",
      "Axolotl reads chat with type: chat_template (recommended), and sharegpt with that and",
      "field_messages: conversations, message_property_mappings: {role: from, content: value}. Its type: alpaca",
      "wraps the prompt in a template of its own, so that the model would be trained with another prompt than",
      "it is evaluated with.",
      "",
      "Examples:",
      "  ./craft export --list",
      "  ./craft export DATASET_ID --format chat --out my-dataset",
      "  ./craft export DATASET_ID --format parquet --out my-dataset --shuffle 1 --timeout 3600",
      "  ./craft export DATASET_ID --format sharegpt --out data --system \"Answer briefly.\"",
      "  ./craft export DATASET_ID --format kto --weights --out my-dataset"
    })
public final class ExportCommand implements Callable<Integer> {
  enum AsOf {
    NOW,
    MANIFEST
  }

  enum Prompts {
    TEXT,
    MESSAGES
  }

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "DATASET_ID",
      arity = "0..1",
      description = "Default: the one complete dataset, where there is just one.")
  private String datasetId;

  @Option(names = "--list", description = "List the datasets and rehearsal sets instead.")
  private boolean list;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "CHAT",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private ExportFormat format;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where the files go; made where it is missing.")
  private Path out;

  @Option(names = "--force", description = "Replace files in a folder that is not empty.")
  private boolean force;

  @Option(
      names = "--as-of",
      paramLabel = "WHEN",
      defaultValue = "NOW",
      description =
          "NOW: with the questions that came, changed and went since. MANIFEST: as it was closed."
              + " Default: ${DEFAULT-VALUE}.")
  private AsOf asOf;

  @Option(
      names = "--shuffle",
      paramLabel = "SEED",
      description = "In a random order, the same for the same seed. Default: by question id.")
  private Long shuffle;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description =
          "What the system says before each row. Default: what it says in the job's prompts,"
              + " query.system-prompt for a rehearsal set and else training.system-prompt.")
  private String system;

  @Option(
      names = "--prompts",
      paramLabel = "AS",
      description =
          "How completion, kto and preference hold prompts and completions: TEXT for a model that"
              + " goes on with a text, MESSAGES for a chat model, around which the trainer puts its chat template."
              + " Default: as the job asks, which is MESSAGES with query.chat-template for a rehearsal set and"
              + " training.chat-template else.")
  private Prompts prompts;

  @Option(
      names = "--weights",
      description =
          "Give each row a weight by the model's certainty, with a mean of 1 over either label: of ANSWER"
              + " rows the most certain weigh most, of REFUSAL rows the least certain.")
  private boolean weights;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "How long to wait for the dataset. What is there already is read to its end, as long as"
              + " records come. Default: ${DEFAULT-VALUE}.")
  private long timeout;

  @Mixin private JobOptions job;

  @Override
  public Integer call() throws Exception {
    Commands.requireAtLeast(spec, "--timeout", timeout, 0);
    if (!list && out == null) {
      throw Commands.wrong(spec, "--out is missing; name the folder that the files go to.");
    }
    if (list) {
      list(new DatasetTopics(job.kafka()).manifests());
      return 0;
    }
    ExportFolder folder = new ExportFolder(out);
    folder.requireRoom(force);
    CurationSettings settings = job.settings();
    DatasetTopics topics = new DatasetTopics(settings.kafka());
    String id = datasetId == null ? onlyOne(topics.manifests()) : datasetId;
    CollectedDataset collected;
    try (ProgressLine line = Commands.progressLine(spec)) {
      collected =
          topics.collect(
              id,
              Duration.ofSeconds(timeout),
              asOf == AsOf.MANIFEST,
              dataset -> line.show(() -> progress(dataset, line.seconds())));
    }
    ExportedDataset dataset =
        asOf == AsOf.MANIFEST ? collected.asOfManifest() : collected.asOfNow();
    if (dataset.rows().isEmpty()) {
      throw new IOException(
          "%s has no rows: %,d questions were in it when it was closed. Nothing was written, for a trainer can't load an empty file."
              .formatted(id, collected.wantedQuestions()));
    }
    if (shuffle != null) {
      dataset = dataset.shuffled(shuffle);
    }
    RowStyle style = style(settings, dataset);
    if (format.lines(dataset, style) == 0) {
      throw new IOException(
          "%s has %,d REFUSAL rows and no other, of which there are no pairs: no wrong answer of the model is known that its refusal could be preferred to. Nothing was written; export another --format."
              .formatted(id, dataset.count(Label.LABEL_REFUSAL)));
    }
    List<Path> files =
        folder.write(
            dataset,
            format,
            style,
            shuffle == null ? OptionalLong.empty() : OptionalLong.of(shuffle),
            asOf == AsOf.NOW);
    say(id, dataset, style, files);
    return 0;
  }

  private RowStyle style(CurationSettings settings, ExportedDataset dataset) throws IOException {
    boolean rehearsal = dataset.manifest().getKind() == DatasetKind.DATASET_KIND_REHEARSAL;
    if (rehearsal && format.prefers()) {
      throw new IOException(
          "%s is a rehearsal set, of what the model knows: its answers are not to be held against refusals. Export it as %s or %s."
              .formatted(
                  dataset.manifest().getDatasetId(), ExportFormat.COMPLETION, ExportFormat.CHAT));
    }
    boolean chat =
        rehearsal ? settings.query().prompt().isChat() : settings.trainingPrompt().isChat();
    String says = system;
    if (says == null) {
      says =
          rehearsal
              ? settings.query().prompt().systemPrompt()
              : settings.trainingPrompt().systemPrompt();
    }
    boolean messages = prompts == null ? chat : prompts == Prompts.MESSAGES;
    if (format.hasPrompts() && !messages && !says.isEmpty()) {
      throw new IOException(
          "With --prompts TEXT the system can't say \"%s\": export MESSAGES, or leave that out with --system \"\"."
              .formatted(says));
    }
    return new RowStyle(
        says, messages, format.prefers() ? refusal(settings, dataset) : "", weights);
  }

  /** What the dataset's refusals say; where it has none, what they would have said. */
  private static String refusal(CurationSettings settings, ExportedDataset dataset)
      throws IOException {
    for (DatasetRecord row : dataset.rows()) {
      if (row.getLabel() == Label.LABEL_REFUSAL) {
        return row.getResponse();
      }
    }
    DatasetManifest manifest = dataset.manifest();
    Task task =
        manifest.getTask() == dev.craftstream.v1.Task.TASK_MULTIPLE_CHOICE
            ? Task.MULTIPLE_CHOICE
            : Task.OPEN_ENDED;
    String version = settings.trainingPrompt().version(task);
    if (!version.equals(manifest.getTrainingPromptVersion())) {
      throw new IOException(
          "%s has no refusals, and was made with other training texts (%s) than the options say now (%s), so that what a refusal says isn't known. Give training.* as the job had it, with -D or --config."
              .formatted(manifest.getDatasetId(), manifest.getTrainingPromptVersion(), version));
    }
    return settings.trainingPrompt().refusal(task);
  }

  private void say(String id, ExportedDataset dataset, RowStyle style, List<Path> files) {
    PrintWriter console = spec.commandLine().getOut();
    console.printf(
        Locale.ROOT,
        "Exported %s: %,d rows, %,d ANSWER and %,d REFUSAL; %s.%n",
        id,
        dataset.rows().size(),
        dataset.count(Label.LABEL_ANSWER),
        dataset.count(Label.LABEL_REFUSAL),
        asOf == AsOf.MANIFEST
            ? "as its manifest closed it"
            : String.format(
                Locale.ROOT,
                "since its manifest %,d questions came, %,d changed, %,d went",
                dataset.changes().added(),
                dataset.changes().changed(),
                dataset.changes().removed()));
    if (format == ExportFormat.KTO) {
      console.printf(
          Locale.ROOT,
          "  %,d desirable and %,d undesirable completions%n",
          dataset.rows().size(),
          format.pairs(dataset, style));
    } else if (format == ExportFormat.PREFERENCE) {
      console.printf(
          Locale.ROOT,
          "  %,d pairs; %,d rows have none. Pairs alone teach to answer always: train on the responses, too.%n",
          format.pairs(dataset, style),
          dataset.rows().size() - format.pairs(dataset, style));
    }
    files.forEach(file -> console.println("  " + Project.shown(file)));
    console.flush();
  }

  private static String progress(CollectedDataset dataset, double seconds) {
    return dataset.manifest() == null
        ? String.format(
            Locale.ROOT, "  waiting for the manifest of %s; %.0f s", dataset.id(), seconds)
        : String.format(
            Locale.ROOT,
            "  %s: %,d of %,d questions; %.0f s",
            dataset.id(),
            dataset.baseQuestions(),
            dataset.wantedQuestions(),
            seconds);
  }

  private static String onlyOne(List<DatasetManifest> manifests) throws IOException {
    List<String> complete =
        manifests.stream()
            .filter(DatasetManifest::getComplete)
            .map(DatasetManifest::getDatasetId)
            .toList();
    if (complete.size() == 1) {
      return complete.get(0);
    }
    throw new IOException(
        complete.isEmpty()
            ? "There is no complete dataset yet. Name one to wait for it, or look with ./craft export --list."
            : "Name one of the datasets: "
                + complete.stream().collect(Collectors.joining(", "))
                + ".");
  }

  private void list(List<DatasetManifest> manifests) {
    PrintWriter console = spec.commandLine().getOut();
    if (manifests.isEmpty()) {
      console.println("There are no datasets yet.");
    }
    for (DatasetManifest manifest : manifests) {
      console.println(manifest.getDatasetId());
      console.printf(
          "  %s, %s%s; %s%n",
          Names.kind(manifest.getKind()),
          Names.task(manifest.getTask()),
          manifest.getStrategy().isEmpty() ? "" : ", " + manifest.getStrategy(),
          manifest.getInitialCheckpointId()
              + (manifest.getRehearsalCheckpointId().isEmpty()
                  ? ""
                  : " and " + manifest.getRehearsalCheckpointId()));
      if (manifest.getComplete()) {
        console.printf(
            Locale.ROOT,
            "  complete: %,d ANSWER and %,d REFUSAL records%n",
            manifest.getAnswer().getRecords(),
            manifest.getRefusal().getRecords());
      } else {
        console.println("  not built: " + manifest.getFailure());
      }
    }
    console.flush();
  }
}
