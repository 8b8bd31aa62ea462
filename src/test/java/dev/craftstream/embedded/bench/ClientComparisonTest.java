package dev.craftstream.embedded.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientComparisonTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir private Path folder;

  private final List<String> asked = new ArrayList<>();

  /**
   * Answers so many questions a second for each in flight, and in each further round as many more.
   */
  private final class Made implements Contender {
    private final String name;
    private final long questions;
    private int rounds;

    Made(String name, long questions) {
      this.name = name;
      this.questions = questions;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Rate ask(String endpoint, int inFlight, Duration time) {
      asked.add(name + inFlight);
      rounds++;
      return new Rate(questions * inFlight * rounds, 2, 0.5);
    }
  }

  @Test
  void clientsTakeTurnsAndRatiosAreOfTheSameRound() throws Exception {
    List<ClientFigures> figures =
        new ClientComparison(
                List.of(new Made("own", 30), new Made("peer", 10)), "here:1", SECOND, step -> {})
            .run(List.of(8), 3);

    assertThat(asked).containsExactly("own8", "peer8", "peer8", "own8", "own8", "peer8");
    assertThat(figures).extracting(ClientFigures::client).containsExactly("own", "peer");
    assertThat(figures.get(0).perSecond()).isEqualTo(new Spread(120, 240, 360));
    assertThat(figures.get(0).perProcessorSecond()).isEqualTo(new Spread(480, 960, 1440));
    assertThat(figures.get(1).ratio().min()).isEqualTo(3, within(1e-12));
    assertThat(figures.get(1).processorRatio().max()).isEqualTo(3, within(1e-12));
  }

  @Test
  void anotherProgramIsToldWhatToAskAndSaysWhatItDid() throws Exception {
    // The shell counts its arguments from 0: endpoint, model, number in flight, seconds.
    String script =
        "echo warming up; echo \"{\\\"questions\\\": $2, \\\"seconds\\\": $3, \\\"processor_seconds\\\": 0.25}\"";
    assertThat(
            new CommandClient("shell", List.of("sh", "-c", script), "model", folder)
                .ask("here:1", 64, SECOND))
        .isEqualTo(new Rate(64, 1, 0.25));
  }

  @Test
  void aProgramThatFailsOrSaysSomethingElseIsNamed() {
    assertThatThrownBy(
            () ->
                new CommandClient("broken", List.of("sh", "-c", "exit 3"), "model", folder)
                    .ask("here:1", 8, SECOND))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("The client broken ended with status 3")
        .hasMessageContaining("broken.log");
    assertThatThrownBy(
            () ->
                new CommandClient(
                        "vague", List.of("sh", "-c", "echo '{\"questions\": 4}'"), "m", folder)
                    .ask("here:1", 8, SECOND))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("The client vague printed")
        .hasMessageContaining("processor_seconds");
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetween() {
    assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 10.0))).isEqualTo(new Spread(1, 3.5, 10));
    assertThat(Spread.of(List.of(2.0))).isEqualTo(new Spread(2, 2, 2));
  }
}
