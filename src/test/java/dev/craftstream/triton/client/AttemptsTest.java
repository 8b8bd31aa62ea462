package dev.craftstream.triton.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.ClientStreamTracer.StreamInfo;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AttemptsTest {
  private final AtomicInteger ended = new AtomicInteger();
  private final Attempts attempts = attempts();

  private static Attempts attempts() {
    return new Attempts(
        new ServedModel("llama", "1", ""),
        ServerChoice.current(),
        new Outages(LoggerFactory.getLogger(AttemptsTest.class), "triton:8001", () -> 1, () -> 0),
        new AnsweringServers(() -> 1),
        new Failures(TritonSettings.to("triton:8001").build(), new SentSecrets()),
        Deadline.after(1, TimeUnit.HOURS));
  }

  @Test
  void givenAnAttemptThatFindsNoModelWhileTheRequestIsHandedOver_thenItIsEndedBehindThat() {
    attempts.endBy(ended::incrementAndGet);
    findsNoModel();
    assertThat(ended).as("gRPC throws at who goes on handing over").hasValue(0);

    attempts.isHandedOver();
    assertThat(ended).hasValue(1);
    assertThat(attempts.modelIsMissing()).isTrue();
  }

  @Test
  void givenARequestThatIsHandedOver_whenAnAttemptFindsNoModel_thenItIsEndedAtOnce() {
    attempts.endBy(ended::incrementAndGet);
    attempts.isHandedOver();
    assertThat(ended).hasValue(0);

    findsNoModel();
    assertThat(ended).hasValue(1);
  }

  private void findsNoModel() {
    StreamInfo info = StreamInfo.newBuilder().setCallOptions(CallOptions.DEFAULT).build();
    ClientStreamTracer attempt = attempts.newClientStreamTracer(info, new Metadata());
    attempts.picked("triton:8001", 1, null);
    attempt.inboundTrailers(new Metadata());
    attempt.streamClosed(Status.NOT_FOUND.withDescription("unknown model"));
  }
}
