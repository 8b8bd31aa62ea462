package dev.craftstream.triton.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadAdviceTest {

  @Test
  void theFewestInFlightThatGetNineTenthsOfTheHighestRateAreBest() {
    LoadAdvice advice = LoadAdvice.of(List.of(rate(1, 2.0), rate(8, 9.1), rate(32, 10.0)), 10, 256);

    assertThat(advice.requestsInFlight()).isEqualTo(8);
    assertThat(advice.streamsInFlight()).isEqualTo(80);
    assertThat(advice.sentences())
        .containsExactly(
            "8 in flight are best: 9.1 questions/s of 10.0 at most. Set tracker.requests-in-flight to"
                + " 8 divided by the parallelism.",
            "A question makes 10 requests. Set triton.streams-in-flight to 80 divided by the"
                + " parallelism, and max_num_seqs in the model's model.json to at least 80 for each"
                + " server's share.");
  }

  @Test
  void aRateThatStillGrowsIsToBeLookedAtFurther() {
    LoadAdvice advice = LoadAdvice.of(List.of(rate(32, 10.0), rate(8, 5.0)), 0, 256);

    assertThat(advice.requestsInFlight()).isEqualTo(32);
    assertThat(advice.streamsInFlight()).isZero();
    assertThat(advice.sentences())
        .last()
        .isEqualTo("The rate still grew at 32; look further with --in-flight 32,128.");
  }

  @Test
  void oneRateAloneGrowsNowhere() {
    assertThat(LoadAdvice.of(List.of(rate(8, 5.0)), 0, 256).sentences()).hasSize(1);
  }

  @Test
  void whatFailedOrWaitedIsSaid() {
    LoadAdvice advice =
        LoadAdvice.of(List.of(new Rate(8, 90, 3, 10, 9, 1, 17, 64), rate(32, 1)), 10, 16);

    assertThat(advice.sentences())
        .contains(
            "At 8 in flight up to 64 requests waited, since triton.streams-in-flight is 16.",
            "At 8 in flight the server had no room 17 times, and the requests were sent again; stay"
                + " below that, or lengthen its queue.",
            "At 8 in flight 3 questions failed.");
  }

  private static Rate rate(int inFlight, double perSecond) {
    return new Rate(inFlight, 100, 0, 100 / perSecond, perSecond, inFlight / perSecond, 0, 0);
  }
}
