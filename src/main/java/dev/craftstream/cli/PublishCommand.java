package dev.craftstream.cli;

import dev.craftstream.local.TopicWriter;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.KafkaSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./craft publish}. */
@Command(
    name = "publish",
    description = "Writes question events into the job's questions topic.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "FILE has one event a line, as JSON: see ./craft demo --help. A line may also remove a question:",
      "  {\"question_id\": \"river-1\", \"removal\": {}}",
      "Nothing is written unless all of the file can be used.",
      "",
      "Example:",
      "  ./craft publish my-questions.jsonl"
    })
final class PublishCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private JobOptions job;

  @Parameters(paramLabel = "FILE", description = "The question events.")
  private Path file;

  @Override
  public Integer call() throws Exception {
    List<QuestionEvent> events = QuestionsFile.read(file);
    KafkaSettings kafka = job.kafka();
    try (TopicWriter writer = new TopicWriter(kafka)) {
      writer.questions(events);
    }
    spec.commandLine()
        .getOut()
        .printf("Published %d question events to %s.%n", events.size(), kafka.topics().questions());
    return 0;
  }
}
