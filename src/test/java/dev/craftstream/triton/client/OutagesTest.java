package dev.craftstream.triton.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.knowledge.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

class OutagesTest {
  private static final String NAME = OutagesTest.class.getName();
  private static final ServedModel MODEL = new ServedModel("llama", "2", "");
  private static final ServedModel OTHER = new ServedModel("minilm", "", "");

  private final List<String> lines = new ArrayList<>();
  private final AbstractAppender appender =
      new AbstractAppender("lines", null, null, false, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
        }
      };
  // Any value is a good start for a clock.
  private long nanos = Long.MAX_VALUE - 7;
  private final Outages outages =
      new Outages(LoggerFactory.getLogger(NAME), "triton:8001", () -> nanos, () -> 0);

  @BeforeEach
  void listen() {
    Logger logger = (Logger) LogManager.getLogger(NAME);
    logger.setAdditive(false);
    logger.setLevel(Level.INFO);
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    ((Logger) LogManager.getLogger(NAME)).removeAppender(appender);
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {"OVERLOADED", "FAILING"},
      mode = EnumSource.Mode.EXCLUDE)
  void aTroubleHasALineAtItsStartOneAMinuteAndOneAtItsEnd(FailureKind trouble) {
    for (int second = 0; second < 130; second++) {
      outages.failed(MODEL, trouble, second < 5, "the server's words");
      outages.failed(MODEL, trouble, false, "the server's words");
      outages.check(model -> true);
      pass(1);
    }
    assertThat(outages.models(trouble)).isEqualTo(1);
    assertThat(outages.failures(trouble)).isEqualTo(260);
    outages.answered(MODEL);
    outages.answered(MODEL);

    assertThat(lines).hasSize(4);
    assertThat(lines.get(0))
        .isEqualTo(
            "WARN Model llama version 2 at triton:8001 "
                + trouble.words()
                + "; requests wait and are sent again. the server's words");
    assertThat(lines.get(1))
        .startsWith("WARN")
        .contains("since 60.0 s: 5 requests had to wait, 122 attempts failed. the server's words");
    assertThat(lines.get(2)).contains("since 120.0 s");
    assertThat(lines.get(3))
        .isEqualTo(
            "INFO Model llama version 2 at triton:8001 answers again after 130.0 s (it "
                + trouble.words()
                + "): 5 requests had to wait, 260 attempts failed.");
    assertThat(outages.models(trouble)).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = FailureKind.class,
      names = {"OVERLOADED", "FAILING"})
  void whatOthersAreAnsweredDuringIsOverWhenItIsQuiet(FailureKind trouble) {
    for (int second = 0; second < 40; second++) {
      outages.failed(MODEL, trouble, true, "no room");
      outages.answered(MODEL);
      outages.check(model -> true);
      pass(1);
    }
    assertThat(lines).hasSize(1);
    assertThat(outages.models(trouble)).isEqualTo(1);
    pass(28);
    outages.check(model -> true);
    assertThat(lines).hasSize(2).last().asString().contains("since 68.0 s");
    pass(1);
    outages.check(model -> true);
    assertThat(lines)
        .hasSize(3)
        .last()
        .asString()
        .contains("has answered without failure for 30.0 s after 39.0 s (it " + trouble.words());
    assertThat(outages.models(trouble)).isZero();
  }

  @Test
  void aTroubleThatComesAndGoesIsNoFlood() {
    for (int i = 0; i < 600; i++) {
      outages.failed(MODEL, FailureKind.CONNECTION_LOST, true, "reset");
      outages.answered(MODEL);
      outages.check(model -> true);
      pass(1);
    }
    assertThat(lines).as("a beginning and an end in each of 10 minutes").hasSize(20);
    assertThat(outages.failures(FailureKind.CONNECTION_LOST)).isEqualTo(600);
  }

  @Test
  void aReplyThatIsNoAnswerShowsThatTheServerIsThereAndNotThatTheModelIs() {
    outages.failed(MODEL, FailureKind.UNREACHABLE, true, "refused");
    outages.failed(MODEL, FailureKind.MODEL_MISSING, true, "unknown");
    outages.failed(OTHER, FailureKind.UNREACHABLE, true, "refused");
    outages.replied(MODEL);
    assertThat(outages.models(FailureKind.UNREACHABLE)).isEqualTo(1);
    assertThat(outages.models(FailureKind.MODEL_MISSING)).isEqualTo(1);
    outages.answered(MODEL);
    assertThat(outages.models(FailureKind.MODEL_MISSING)).isZero();
    assertThat(outages.models(FailureKind.UNREACHABLE)).as("the other model's").isEqualTo(1);
  }

  @Test
  void aModelThatNobodyAsksAnyMoreIsInNoTrouble() {
    outages.failed(MODEL, FailureKind.MODEL_MISSING, true, "unloaded");
    pass(61);
    outages.check(MODEL::equals);
    assertThat(lines).hasSize(2);
    assertThat(outages.models(FailureKind.MODEL_MISSING)).isEqualTo(1);
    outages.check(model -> false);
    assertThat(lines).hasSize(3).last().asString().contains("is not asked any more");
    assertThat(outages.models(FailureKind.MODEL_MISSING)).isZero();
    pass(600);
    outages.check(model -> false);
    assertThat(lines).hasSize(3);
  }

  @Test
  void closingTheClientIsNoTrouble() {
    outages.close();
    outages.failed(MODEL, FailureKind.CONNECTION_LOST, true, "Channel shutdownNow invoked");
    assertThat(lines).isEmpty();
    assertThat(outages.failures(FailureKind.CONNECTION_LOST)).isZero();
  }

  private void pass(long seconds) {
    nanos += Duration.ofSeconds(seconds).toNanos();
  }
}
