package dev.craftstream.cli;

import dev.craftstream.config.OptionsReference;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ./craft options}. */
@Command(
    name = "options",
    description = "Prints the reference of the job's options, as Markdown.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  ./craft options > docs/reference/options.md"})
final class OptionsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine command = spec.commandLine();
    command.getOut().print(OptionsReference.markdown());
    command.getOut().flush();
  }
}
