package dev.craftstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.cli.common.FailureSentence;
import dev.craftstream.cli.input.AnnounceCommand;
import dev.craftstream.cli.input.CheckCommand;
import dev.craftstream.cli.input.ImportCommand;
import dev.craftstream.cli.input.RemoveCommand;
import dev.craftstream.cli.input.RequestCommand;
import dev.craftstream.cli.input.RetireCommand;
import dev.craftstream.cli.local.BenchCommand;
import dev.craftstream.cli.local.CircleCommand;
import dev.craftstream.cli.local.DemoCommand;
import dev.craftstream.cli.local.ReplayServerCommand;
import dev.craftstream.cli.local.ReproduceCommand;
import dev.craftstream.cli.operate.DoctorCommand;
import dev.craftstream.cli.operate.ReplayCommand;
import dev.craftstream.cli.operate.StatusCommand;
import dev.craftstream.cli.operate.TransactionsCommand;
import dev.craftstream.cli.operate.UiCommand;
import dev.craftstream.cli.output.CompareCommand;
import dev.craftstream.cli.output.ConflictsCommand;
import dev.craftstream.cli.output.ConsumeCommand;
import dev.craftstream.cli.output.ExportCommand;
import dev.craftstream.cli.output.ReportCommand;
import dev.craftstream.embedded.Logs;
import java.io.PrintWriter;
import java.util.Map;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** {@code ./craft}: the commands, and how they say that something went wrong. */
@Command(
    name = "./craft",
    description = {
      "Curates refusal-aware training data as a stream, after the CRaFT paper.",
      "",
      "Start with: ./craft demo",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Craft.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      CircleCommand.class,
      ReproduceCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      StatusCommand.class,
      UiCommand.class,
      ReportCommand.class,
      ConsumeCommand.class,
      RemoveCommand.class,
      ReplayCommand.class,
      ReplayServerCommand.class,
      DoctorCommand.class,
      BenchCommand.class,
      AnnounceCommand.class,
      RetireCommand.class,
      RequestCommand.class,
      CheckCommand.class,
      ConflictsCommand.class,
      CompareCommand.class,
      TransactionsCommand.class,
      OptionsCommand.class,
      MetricsCommand.class,
      SchemasCommand.class,
      CompletionCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:it failed, and a sentence said why",
      "2:the command line is wrong"
    },
    footer = {
      "",
      "Environment:",
      "  CRAFT_HOME          folder for what is set up once, logs and the demo;",
      "                      else .craft in the project's folder",
      "  CRAFT_JAVA_OPTIONS  such as -Xmx4g, for more memory than 1 GB",
      "  JAVA_HOME           the Java to use; else the one on the PATH",
      "",
      "./craft COMMAND --help explains a command, with examples."
    })
public final class Craft implements Runnable {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @CommandLine.Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the whole of an error, not its sentence alone.")
  private boolean verbose;

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String... arguments) {
    Logs.off();
    CommandLine commands = commandLine();
    // Whatever the locale is: records are UTF-8, and what reads them from a pipe expects that.
    commands.setOut(new PrintWriter(System.out, true, UTF_8));
    commands.setErr(new PrintWriter(System.err, true, UTF_8));
    System.exit(run(commands, arguments));
  }

  /** Runs a command with these arguments, and returns its exit code. */
  public static int run(CommandLine commands, String... arguments) {
    try {
      return commands.execute(arguments);
    } catch (OutOfMemoryError e) {
      commands.getErr().println("craft: " + FailureSentence.of(e));
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  /** All commands, with what they say of failures. */
  public static CommandLine commandLine() {
    Craft craft = new Craft();
    CommandLine commands = new CommandLine(craft);
    giveExitCodes(commands, commands.getCommandSpec().usageMessage().exitCodeList());
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setParameterExceptionHandler(Craft::explain);
    commands.setExecutionExceptionHandler(
        (failure, command, parsed) -> craft.explain(failure, command.getErr()));
    return commands;
  }

  private static void giveExitCodes(CommandLine command, Map<String, String> exitCodes) {
    command
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exitCodes);
    command.getSubcommands().values().forEach(inner -> giveExitCodes(inner, exitCodes));
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int explain(ParameterException mistake, String[] arguments) {
    CommandLine command = mistake.getCommandLine();
    command.getErr().println("craft: " + mistake.getMessage());
    command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
    return CommandLine.ExitCode.USAGE;
  }

  private int explain(Exception failure, PrintWriter err) {
    err.println("craft: " + FailureSentence.of(failure));
    if (verbose) {
      failure.printStackTrace(err);
    }
    LoggerFactory.getLogger(Craft.class).error("The command failed", failure);
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Craft.class.getPackage().getImplementationVersion();
      return new String[] {"craft-stream " + (version == null ? "(not packaged)" : version)};
    }
  }
}
