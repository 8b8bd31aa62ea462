package dev.craftstream.triton.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ServerLoadTest {
  private final AtomicLong now = new AtomicLong();
  private final ServerLoad load = new ServerLoad(now::get);

  @Test
  void isWhatIsUnderWay() {
    ServerLoad.Request first = load.begun();
    ServerLoad.Request second = load.begun();
    assertThat(load.toDo()).isEqualTo(2);

    first.judged(true);
    first.ended(Status.OK);
    assertThat(load.toDo()).isEqualTo(1);
    second.ended(Status.CANCELLED.withCause(new IllegalStateException("taken back")));
    assertThat(load.toDo()).isZero();
  }

  @Test
  void givenAServerThatFailsAtOnce_thenItsFailuresCountUntilItAnswers() {
    load.begun().ended(Status.UNAVAILABLE);
    load.begun().ended(Status.RESOURCE_EXHAUSTED);
    assertThat(load.toDo()).isEqualTo(2);

    ServerLoad.Request answered = load.begun();
    answered.judged(true);
    answered.ended(Status.OK);
    assertThat(load.toDo()).isZero();
  }

  @Test
  void givenAFailureInTheWordsOfAStream_thenItCountsOnce() {
    ServerLoad.Request streamed = load.begun();
    streamed.judged(false);
    assertThat(load.toDo()).as("it is still under way").isEqualTo(2);
    streamed.ended(Status.OK);
    assertThat(load.toDo()).isEqualTo(1);
  }

  @Test
  void givenAFailureTenSecondsAgo_thenItIsForgotten() {
    load.begun().ended(Status.UNAVAILABLE);
    now.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(load.toDo()).isEqualTo(1);
    now.incrementAndGet();
    assertThat(load.toDo()).isZero();

    load.begun().ended(Status.UNAVAILABLE);
    assertThat(load.toDo()).as("counted anew").isEqualTo(1);
  }

  @Test
  void givenAFaultOfTheRequest_thenItSaysNothingOfTheServer() {
    load.begun().ended(Status.INVALID_ARGUMENT);
    assertThat(load.toDo()).isZero();
  }
}
