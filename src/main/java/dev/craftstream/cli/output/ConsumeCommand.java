package dev.craftstream.cli.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.client.OutputRecords;
import dev.craftstream.client.TopicReader;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./craft consume}. */
@Command(
    name = "consume",
    description = {
      "Prints the records of one of the job's topics, one a line: the key, a tab, the value as JSON"
          + " (null where the record takes its key back). Only what is committed is printed."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  ./craft consume instructions",
      "  ./craft consume instructions --values-only | jq .label",
      "  ./craft consume knowledge --max 5",
      "  ./craft consume dead-letters --follow"
    })
public final class ConsumeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;

  @Parameters(
      paramLabel = "TOPIC",
      arity = "0..1",
      description =
          "instructions, knowledge, samples, datasets, rehearsal-sets, dataset-manifests, evaluations,"
              + " dead-letters, questions, model-checkpoints or requests (without the prefix of"
              + " kafka.topic-prefix). Default: instructions.")
  private String positional;

  @Option(names = "--topic", paramLabel = "TOPIC", description = "The same as an option.")
  private String topic;

  @Option(
      names = "--from-beginning",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Also what is there already; on unless --no-from-beginning is given.")
  private boolean fromBeginning;

  @Option(
      names = "--follow",
      description =
          "Go on with what comes, until Ctrl-C or --max; else stop at the topic's present end.")
  private boolean follow;

  @Option(names = "--max", paramLabel = "N", description = "Stop after N records.")
  private Long max;

  @Option(names = "--values-only", description = "Leave out the key and the tab.")
  private boolean valuesOnly;

  @Override
  public Integer call() throws Exception {
    Commands.requireAtLeast(spec, "--max", max, 1);
    if (positional != null && topic != null && !positional.equals(topic)) {
      throw Commands.wrong(spec, "Two topics are named, " + positional + " and " + topic + ".");
    }
    KafkaSettings kafka = job.kafka();
    String name = named(kafka.topics());
    OutputRecords records = new OutputRecords(kafka.format());
    PrintWriter out = spec.commandLine().getOut();
    long printed = 0;
    try (TopicReader reader = new TopicReader(kafka, List.of(name), true, fromBeginning)) {
      boolean goesOn = follow || !fromBeginning;
      Map<TopicPartition, Long> ends = reader.ends();
      while (goesOn || !reader.hasReached(ends)) {
        for (ConsumerRecord<byte[], byte[]> entry : reader.poll(Duration.ofMillis(500))) {
          if (max != null && printed == max) {
            break;
          }
          out.println(line(entry, records, kafka.topics()));
          printed++;
        }
        out.flush();
        if (out.checkError() || (max != null && printed == max)) {
          break;
        }
      }
    }
    return 0;
  }

  private String named(Topics topics) {
    String wanted = positional != null ? positional : topic != null ? topic : "instructions";
    String full = wanted.startsWith(topics.prefix()) ? wanted : topics.prefix() + wanted;
    if (!topics.all().contains(full)) {
      throw Commands.wrong(
          spec,
          "There is no topic %s; the job's are %s."
              .formatted(wanted, String.join(", ", topics.all())));
    }
    return full;
  }

  private String line(ConsumerRecord<byte[], byte[]> entry, OutputRecords records, Topics topics) {
    String value =
        entry.value() == null ? "null" : records.json(topics, entry.topic(), entry.value());
    return valuesOnly
        ? value
        : (entry.key() == null ? "" : new String(entry.key(), UTF_8)) + "\t" + value;
  }
}
