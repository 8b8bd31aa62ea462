package dev.craftstream.cli;

import dev.craftstream.config.MetricsReference;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ./craft metrics}. */
@Command(
    name = "metrics",
    description = "Prints the reference of the job's metrics, as Markdown.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  ./craft metrics > docs/reference/metrics.md"})
final class MetricsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine command = spec.commandLine();
    command.getOut().print(MetricsReference.markdown());
    command.getOut().flush();
  }
}
