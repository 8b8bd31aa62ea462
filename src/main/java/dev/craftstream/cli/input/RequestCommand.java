package dev.craftstream.cli.input;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ./craft request}: one subcommand for each kind of request. */
@Command(
    name = "request",
    description = {
      "Asks the job for another dataset, rehearsal set or evaluation, from what it knows already;"
          + " to ask failed questions again; or to go on past a ceiling."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "KIND",
    subcommands = {
      RequestDatasetCommand.class,
      RequestRehearsalSetCommand.class,
      RequestEvaluationCommand.class,
      RequestRetryCommand.class,
      RequestGoOnCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  ./craft request dataset small --initial llama-0 --rehearsal llama-r --open-ended-answers 800",
      "  ./craft request rehearsal-set few --initial llama-0 --open-ended-count 200",
      "  ./craft request evaluation again --checkpoint llama-t",
      "  ./craft request retry mended --checkpoint llama-t",
      "  ./craft request go-on more-1 --checkpoint llama-t",
      "",
      "./craft request KIND --help explains a kind. What can't be met becomes a dead letter."
    })
public final class RequestCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
