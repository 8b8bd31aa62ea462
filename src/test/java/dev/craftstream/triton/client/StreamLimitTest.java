package dev.craftstream.triton.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamLimitTest {
  private final StreamLimit limit = new StreamLimit(2);
  private final List<String> started = new ArrayList<>();

  private void start(String name) {
    limit.start(
        () -> {
          started.add(name);
          return true;
        });
  }

  @Test
  void whatHasNoRoomStartsInItsOrderWhenOthersEnd() {
    for (String name : List.of("a", "b", "c", "d")) {
      start(name);
    }
    assertThat(started).containsExactly("a", "b");
    assertThat(limit.waiting()).isEqualTo(2);
    limit.ended();
    assertThat(limit.waiting()).isEqualTo(1);
    assertThat(started).containsExactly("a", "b", "c");
    limit.ended();
    limit.ended();
    limit.ended();
    assertThat(started).containsExactly("a", "b", "c", "d");
    start("e");
    start("f");
    start("g");
    assertThat(started).endsWith("e", "f");
  }

  @Test
  void whatIsNotWantedAnyMoreTakesNoRoom() {
    start("a");
    start("b");
    // As many as a deep recursion would not survive.
    for (int i = 0; i < 100_000; i++) {
      limit.start(() -> false);
    }
    start("c");
    limit.ended();
    assertThat(started).containsExactly("a", "b", "c");
    limit.ended();
    limit.start(() -> false);
    start("d");
    assertThat(started).endsWith("d");
  }
}
