package dev.craftstream.cli.input;

import dev.craftstream.cli.common.Commands;
import dev.craftstream.cli.common.JobOptions;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.RequestParser;
import dev.craftstream.topics.records.WireFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the kinds of requests have in common. */
public abstract class RequestKind implements Callable<Integer> {
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
    Commands.requireAccepted(
        spec,
        new RequestParser(WireFormat.JSON, RecordLimits.DEFAULT),
        NOT_WRITTEN.origin().topic(),
        new RecordEncoder(WireFormat.JSON).request(request));
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

  static List<Changes> given(Changes... changes) {
    return Stream.of(changes).filter(change -> !change.isEmpty()).toList();
  }
}
