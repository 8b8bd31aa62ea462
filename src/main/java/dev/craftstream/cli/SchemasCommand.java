package dev.craftstream.cli;

import dev.craftstream.topics.schemas.PublishedSchemas;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./craft schemas}. */
@Command(
    name = "schemas",
    description = {
      "Writes the schemas of the topics: Protobuf descriptors with their comments"
          + " (craftstream.v1.binpb), a JSON Schema of each kind of record, and an AsyncAPI 3.0 document of all"
          + " topics."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  ./craft schemas --out schemas"})
final class SchemasCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where to; it is made where it is not there.")
  private Path out;

  @Override
  public Integer call() throws Exception {
    PublishedSchemas.write(out);
    spec.commandLine().getOut().println("Written to " + out + ".");
    return 0;
  }
}
