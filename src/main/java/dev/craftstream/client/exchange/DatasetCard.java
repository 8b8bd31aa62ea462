package dev.craftstream.client.exchange;

import dev.craftstream.model.label.Strategy;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.FlowRule;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** A dataset's README.md, as the Hugging Face Hub shows it: what it is and what it rests on. */
final class DatasetCard {
  private final ExportedDataset dataset;
  private final DatasetManifest manifest;
  private final ExportFormat format;
  private final RowStyle style;
  private final OptionalLong shuffleSeed;
  private final boolean laterChanges;

  DatasetCard(
      ExportedDataset dataset,
      ExportFormat format,
      RowStyle style,
      OptionalLong shuffleSeed,
      boolean laterChanges) {
    this.dataset = dataset;
    this.manifest = dataset.manifest();
    this.format = format;
    this.style = style;
    this.shuffleSeed = shuffleSeed;
    this.laterChanges = laterChanges;
  }

  String text() {
    return frontMatter()
        + "\n# "
        + manifest.getDatasetId()
        + "\n\n"
        + (isRehearsal()
            ? "What the INITIAL checkpoint knows well, to tune its REHEARSAL checkpoint on. Made by craft-stream, "
            : "Refusal-aware instructions: questions that the model knows keep their answer, and where it does not"
                + " know, the response is a refusal. Made by craft-stream, ")
        + "after the CRaFT paper ([arXiv 2410.06913](https://arxiv.org/abs/2410.06913)).\n\n"
        + table(List.of("", ""), origin())
        + "\n## Counts\n\n"
        + table(
            List.of(
                "label",
                "candidates",
                "wanted",
                "questions",
                "records",
                "short of",
                "unsure",
                "cut-off certainty"),
            List.of(
                counts("ANSWER", manifest.getAnswer()), counts("REFUSAL", manifest.getRefusal())))
        + "\n"
        + later()
        + "\n## Files\n\n"
        + files()
        + "\n## Licence\n\n"
        + "The questions and answers come from sources that whoever publishes this dataset chose; their licences"
        + " apply, and belong here and in the front matter.\n";
  }

  private boolean isRehearsal() {
    return manifest.getKind() == DatasetKind.DATASET_KIND_REHEARSAL;
  }

  private String frontMatter() {
    return """
        ---
        license: unknown
        task_categories:
        - %s
        size_categories:
        - %s
        tags:
        - craft-stream
        - %s
        configs:
        - config_name: default
          data_files:
          - split: train
            path: %s
        ---
        """
        .formatted(
            manifest.getTask() == Task.TASK_MULTIPLE_CHOICE
                ? "multiple-choice"
                : "question-answering",
            size(format.lines(dataset, style)),
            isRehearsal() ? "rehearsal" : "refusal-aware-instruction-tuning",
            format.fileName());
  }

  /** The Hub's own classes. */
  private static String size(long rows) {
    if (rows < 1_000) {
      return "n<1K";
    } else if (rows < 10_000) {
      return "1K<n<10K";
    } else if (rows < 100_000) {
      return "10K<n<100K";
    }
    return rows < 1_000_000 ? "100K<n<1M" : "1M<n<10M";
  }

  private List<List<String>> origin() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("kind", Names.kind(manifest.getKind())));
    rows.add(List.of("task", Names.task(manifest.getTask())));
    if (!manifest.getStrategy().isEmpty()) {
      rows.add(List.of("strategy", manifest.getStrategy()));
    }
    rows.add(List.of("INITIAL checkpoint", code(manifest.getInitialCheckpointId())));
    if (isRehearsal()) {
      if (manifest.getTask() == Task.TASK_MULTIPLE_CHOICE) {
        rows.add(
            List.of(
                "known from", "target probability above " + manifest.getKnownTargetProbability()));
      } else {
        rows.add(
            List.of(
                "known from",
                "correctness %s and certainty %s"
                    .formatted(manifest.getKnownCorrectness(), manifest.getKnownCertainty())));
      }
    } else {
      rows.add(List.of("REHEARSAL checkpoint", code(manifest.getRehearsalCheckpointId())));
      if (!manifest.getStrategy().equals(Strategy.VAN_TUNING.name())) {
        rows.add(List.of("ANSWER from correctness", "" + manifest.getAnswerFrom()));
        rows.add(
            List.of(
                manifest.getTask() == Task.TASK_MULTIPLE_CHOICE
                    ? "REFUSAL below correctness"
                    : "REFUSAL up to correctness",
                "" + manifest.getRefusalBound()));
      }
      if (manifest.getSurenessFrom() > 0) {
        rows.add(List.of("sureness of the label from", "" + manifest.getSurenessFrom()));
      }
      if (manifest.getFlowRule() != FlowRule.FLOW_RULE_UNSPECIFIED) {
        rows.add(
            List.of(
                "flow rule of REFUSAL",
                Names.flowRule(manifest.getFlowRule())
                    + (manifest.getFlowRule() == FlowRule.FLOW_RULE_RISES_SURELY
                        ? ", with a probability above " + manifest.getRiseProbabilityBound()
                        : "")));
      }
    }
    rows.add(List.of("ties at the cut-off", Names.ties(manifest.getTies())));
    rows.add(List.of("too few candidates", Names.shortage(manifest.getShortage())));
    rows.add(List.of("seed", Long.toUnsignedString(manifest.getSeed())));
    rows.add(List.of("knowledge prompt", code(manifest.getKnowledgePromptVersion())));
    rows.add(List.of("training prompt", code(manifest.getTrainingPromptVersion())));
    rows.add(List.of("model time", "" + manifest.getModelTime()));
    if (!manifest.getRequestId().isEmpty()) {
      rows.add(List.of("request", code(manifest.getRequestId())));
    }
    return rows;
  }

  private static List<String> counts(String label, ClassCount count) {
    return List.of(
        label,
        figure(count.getCandidates()),
        figure(count.getWanted()),
        figure(count.getQuestions()),
        figure(count.getRecords()),
        figure(count.getShortage()),
        figure(count.getUnsure()),
        count.hasCutOffCertainty() ? "" + count.getCutOffCertainty() : "none");
  }

  private String later() {
    ExportedDataset.Changes changes = dataset.changes();
    String rows =
        "This export has %s rows: %s ANSWER and %s REFUSAL. "
            .formatted(
                figure(dataset.rows().size()),
                figure(dataset.count(Label.LABEL_ANSWER)),
                figure(dataset.count(Label.LABEL_REFUSAL)));
    if (!laterChanges) {
      return rows
          + "It is the dataset as the counts above closed it; later changes are left out.\n";
    }
    return rows
        + (changes.any()
            ? "Since the counts above were taken, %s questions came, %s changed and %s went.\n"
                .formatted(
                    figure(changes.added()), figure(changes.changed()), figure(changes.removed()))
            : "Nothing changed since the counts above were taken.\n");
  }

  private String files() {
    String order =
        shuffleSeed.isPresent()
            ? "in a random order (seed " + shuffleSeed.getAsLong() + ")"
            : "in the order of the questions' ids";
    return "`%s` has the rows, %s, a question as often as it was drawn.%s\n%s"
            .formatted(
                format.fileName(),
                order,
                style.system().isEmpty()
                    ? ""
                    : " Each begins with the system's text `" + oneLine(style.system()) + "`.",
                trainer())
        + (style.weights()
            ? "\n`weight` is twice the share of the label's rows that fit no better: of ANSWER rows the most certain weigh"
                + " most, of REFUSAL rows the least certain. Its mean is 1 over either label.\n"
            : "");
  }

  private String trainer() {
    return switch (format) {
      case CHAT, PARQUET -> "\nAxolotl reads them with `type: chat_template`.\n";
      case SHAREGPT ->
          "\nAxolotl reads them with `type: chat_template`, `field_messages: conversations` and"
              + " `message_property_mappings: {role: from, content: value}`.\n";
      case ALPACA ->
          "\nNot for Axolotl: its `type: alpaca` wraps the prompt in a template of its own, so that the model"
              + " would be trained with another prompt than it is evaluated with. Export the format `chat` for it,"
              + " and read that with `type: chat_template`.\n";
      case COMPLETION -> "\nTRL's SFTTrainer learns the completions alone.\n";
      case KTO ->
          "\nFor TRL's KTOTrainer: %s desirable completions, which are all responses, and %s undesirable ones, which are the refusals of questions that are to be answered.\n"
              .formatted(figure(dataset.rows().size()), figure(format.pairs(dataset, style)));
      case PREFERENCE ->
          ("\nFor TRL's DPOTrainer: %s pairs, an answer preferred to the refusal. The questions that are to be refused have none, for no wrong answer of the model"
                  + " is known that the refusal could be preferred to. Pairs alone teach to answer always: train on the responses, too.\n")
              .formatted(figure(format.pairs(dataset, style)));
    };
  }

  private static String table(List<String> head, List<List<String>> rows) {
    return line(head)
        + "|"
        + "---|".repeat(head.size())
        + "\n"
        + rows.stream().map(DatasetCard::line).collect(Collectors.joining());
  }

  private static String line(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String code(String text) {
    return "`" + oneLine(text) + "`";
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").replace('`', '\'');
  }

  private static String figure(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
