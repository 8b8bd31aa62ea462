package dev.craftstream.knowledge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackOffTest {
  private final BackOff backOff = new BackOff(Duration.ofMillis(200), Duration.ofSeconds(5));

  @Test
  void givenFailuresInARow_thenEachPauseIsTwiceTheOneBefore() {
    assertThat(backOff.after(1)).isEqualTo(Duration.ofMillis(200));
    assertThat(backOff.after(2)).isEqualTo(Duration.ofMillis(400));
    assertThat(backOff.after(5)).isEqualTo(Duration.ofMillis(3_200));
  }

  @Test
  void givenManyFailures_thenNoPauseIsLongerThanTheLongest() {
    assertThat(backOff.after(6)).isEqualTo(Duration.ofSeconds(5));
    assertThat(backOff.after(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(5));
  }
}
