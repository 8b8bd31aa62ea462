package dev.craftstream.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Task;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private final StringWriter out = new StringWriter();
  private long nanos = 1;

  @Test
  void whereSomeoneWatchesLinesAreDrawnOver() {
    Terminal terminal = terminal(true);

    terminal.draw(List.of("a", "b"), "ab");
    terminal.draw(List.of("c", "d"), "cd");
    terminal.line("stays");

    assertThat(out.toString())
        .isEqualTo("a\nb\n\u001b[2A\u001b[Jc\nd\n\u001b[2A\u001b[Jstays" + System.lineSeparator());
  }

  @Test
  void whereNobodyWatchesALineComesEveryFiveSeconds() {
    Terminal terminal = terminal(false);

    for (int second = 0; second <= 10; second++) {
      terminal.hint("not shown");
      terminal.draw(List.of("a", "b"), "second " + second);
      nanos += 1_000_000_000L;
    }

    assertThat(out.toString().lines()).containsExactly("second 0", "second 5", "second 10");
  }

  @Test
  void aSweepShowsABarForEachTaskAndWhenItWillBeDone() {
    SweepView view =
        new SweepView(
            List.of(
                new SweepView.Progress(Task.OPEN_ENDED, 50, 100),
                new SweepView.Progress(Task.MULTIPLE_CHOICE, 10, 20)),
            Duration.ofSeconds(20),
            16,
            16,
            "");

    assertThat(view.lines())
        .containsExactly(
            "  open-ended       [###############...............]   50 of 100",
            "  multiple-choice  [###############...............]   10 of 20",
            "  20 s, 3.0 questions/s, 16 of 16 requests in flight, about 20 s left");
    assertThat(view.line())
        .isEqualTo(
            "  open-ended 50 of 100, multiple-choice 10 of 20; 20 s, 3.0 questions/s, 16 of 16 requests in flight, about 20 s left");
  }

  private Terminal terminal(boolean watched) {
    return new Terminal(new PrintWriter(out), watched, () -> nanos);
  }
}
