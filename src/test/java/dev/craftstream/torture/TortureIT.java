package dev.craftstream.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * The torture run in short: fewer questions, every kind of fault once but those that take minutes
 * to be noticed. {@code -Dtorture.arguments=--long} makes it the long one.
 */
@Tag("integration")
class TortureIT {

  @Test
  void eachQuestionGetsExactlyOneKnowledgeStateAndItsInstructionWhateverFails() {
    Torture torture = new Torture(System.out);
    String[] arguments = System.getProperty("torture.arguments", "").strip().split("\\s+");
    List<Exception> failures = new ArrayList<>();
    CommandLine command = new CommandLine(torture);
    command.setExecutionExceptionHandler(
        (failure, line, parsed) -> {
          failures.add(failure);
          return 2;
        });
    int status = arguments[0].isEmpty() ? command.execute() : command.execute(arguments);

    assertThat(failures).isEmpty();
    assertThat(torture.findings().lines()).isEmpty();
    assertThat(torture.struck()).isNotEmpty();
    assertThat(status).isZero();
  }
}
