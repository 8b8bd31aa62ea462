package dev.craftstream.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./craft completion}. */
@Command(
    name = "completion",
    description =
        "Prints a script that completes commands, options and their values with the tab key.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  source <(./craft completion bash)",
      "  ./craft completion bash > ~/.local/share/bash-completion/completions/craft",
      "  source <(./craft completion zsh)"
    })
final class CompletionCommand implements Callable<Integer> {
  enum Shell {
    BASH,
    ZSH
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        switch (shell) {
          // The script for bash makes zsh understand it by itself.
          case BASH, ZSH -> AutoComplete.bash("craft", spec.root().commandLine());
        });
    out.flush();
    return 0;
  }
}
