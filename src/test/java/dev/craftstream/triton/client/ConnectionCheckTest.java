package dev.craftstream.triton.client;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.craftstream.knowledge.FailureKind;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ConnectionCheckTest {

  @Test
  void anExceptionInACheckIsNotThrownAtItsTimer() {
    var settings = TritonSettings.to("127.0.0.1:1").build();
    var outages =
        new Outages(
            LoggerFactory.getLogger(ConnectionCheckTest.class),
            "nowhere",
            () -> {
              throw new IllegalStateException("no clock");
            },
            () -> 0);
    Set<Attempts> open = ConcurrentHashMap.newKeySet();
    var channel = TritonChannel.open(settings);
    try {
      var check =
          new ConnectionCheck(
              channel, settings, open, new AnsweringServers(System::nanoTime), outages);
      // What throws here is the clock; in operation it was whatever a log appender threw.
      assertThatCode(
              () -> outages.failed(new ServedModel("m", "", ""), FailureKind.FAILING, true, "x"))
          .hasMessage("no clock");
      assertThatCode(check::run).doesNotThrowAnyException();
    } finally {
      channel.shutdownNow();
    }
  }
}
