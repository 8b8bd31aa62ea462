package dev.craftstream.cli;

import dev.craftstream.client.DatasetTopics;
import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.exchange.CollectedDataset;
import dev.craftstream.client.exchange.ExportFolder;
import dev.craftstream.client.exchange.ExportFormat;
import dev.craftstream.client.exchange.ExportedDataset;
import dev.craftstream.client.exchange.Names;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.Project;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
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
      "  ./craft export DATASET_ID --format sharegpt --out data --system \"Answer briefly.\""
    })
final class ExportCommand implements Callable<Integer> {
  enum AsOf {
    NOW,
    MANIFEST
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
    List<Path> files =
        folder.write(
            dataset,
            format,
            system == null ? system(settings, collected) : system,
            shuffle == null ? OptionalLong.empty() : OptionalLong.of(shuffle),
            asOf == AsOf.NOW);
    say(id, dataset, files);
    return 0;
  }

  private static String system(CurationSettings settings, CollectedDataset dataset) {
    return dataset.manifest().getKind() == DatasetKind.DATASET_KIND_REHEARSAL
        ? settings.query().prompt().systemPrompt()
        : settings.trainingPrompt().systemPrompt();
  }

  private void say(String id, ExportedDataset dataset, List<Path> files) {
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
