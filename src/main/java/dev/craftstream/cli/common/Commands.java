package dev.craftstream.cli.common;

import dev.craftstream.client.ProgressLine;
import dev.craftstream.client.Terminal;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.RecordParser;
import java.net.URI;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What the commands have in common. */
public final class Commands {
  private Commands() {}

  /** A mistake on the command line. */
  public static ParameterException wrong(CommandSpec spec, String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }

  /**
   * @param value null where the option is not given
   */
  public static void requireAtLeast(CommandSpec spec, String option, Number value, long least) {
    if (value != null && value.longValue() < least) {
      throw wrong(spec, "%s is %s; give at least %d.".formatted(option, value, least));
    }
  }

  /**
   * @param value null where the option is not given
   */
  public static void requirePort(CommandSpec spec, String option, Integer value) {
    if (value != null && (value < 0 || value > 65_535)) {
      throw wrong(spec, option + " is " + value + "; give 1 to 65535, or 0 for a free one.");
    }
  }

  /**
   * @param value null where the option is not given
   */
  public static void requireHttp(CommandSpec spec, String option, URI value) {
    if (value != null
        && (value.getHost() == null || !"http|https".contains("" + value.getScheme()))) {
      throw wrong(
          spec, option + " is " + value + "; give an address such as http://localhost:8081.");
    }
  }

  /** Checks a record by the rules of the job itself, before it is written. */
  public static void requireAccepted(
      CommandSpec spec, RecordParser<?> parser, String topic, EncodedRecord record) {
    OriginalRecord written =
        new OriginalRecord(new Origin(topic, 0, 0), record.key(), record.value());
    if (parser.parse(written) instanceof Parsed.Rejected<?> rejected) {
      throw wrong(spec, rejected.deadLetter().explanation());
    }
  }

  /** A line of progress on standard error. */
  public static ProgressLine progressLine(CommandSpec spec) {
    return new ProgressLine(Terminal.of(spec.commandLine().getErr()), System::nanoTime);
  }

  /**
   * Writes something for the job to decide on, and says so.
   *
   * @param write returns what was written, such as {@code the retirement of m, as model time 9}
   */
  public static void write(
      CommandSpec spec, KafkaSettings kafka, String topic, Function<TopicWriter, String> write) {
    try (TopicWriter writer = new TopicWriter(kafka)) {
      String what = write.apply(writer);
      spec.commandLine()
          .getOut()
          .println(
              "Written to %s: %s. If the job can't take it, %s says why."
                  .formatted(topic, what, kafka.topics().deadLetters()));
    }
  }
}
