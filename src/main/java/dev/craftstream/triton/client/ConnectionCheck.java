package dev.craftstream.triton.client;

import dev.craftstream.inference.GRPCInferenceServiceGrpc;
import dev.craftstream.inference.ServerLiveRequest;
import dev.craftstream.inference.ServerLiveResponse;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the connections now and then. A server that comes back is found within the longest
 * back-off, and not gRPC's two minutes.
 */
final class ConnectionCheck implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionCheck.class);

  private final ManagedChannel channel;
  private final String servers;
  private final long periodNanos;
  private final Set<Attempts> open;
  private final AnsweringServers answering;
  private final Outages outages;

  /**
   * @param open the client's requests in flight
   */
  ConnectionCheck(
      ManagedChannel channel,
      TritonSettings settings,
      Set<Attempts> open,
      AnsweringServers answering,
      Outages outages) {
    this.channel = channel;
    this.servers = settings.servers();
    this.periodNanos = settings.retryMaxBackoff().toNanos();
    this.open = open;
    this.answering = answering;
    this.outages = outages;
  }

  /** Never throws: a timer would end all later checks, without a word. */
  @Override
  public void run() {
    try {
      channel.resetConnectBackoff();
      answering.forgetOld();
      outages.check(this::isAsked);
      findOutWhyThereIsNoConnection();
    } catch (RuntimeException | LinkageError e) {
      LOG.error("Looking after the connections to {} failed; it goes on", servers, e);
    }
  }

  private boolean isAsked(ServedModel model) {
    return open.stream().anyMatch(attempts -> attempts.model().equals(model));
  }

  /** Requests that wait for a connection don't say why; one that does not wait is told. */
  private void findOutWhyThereIsNoConnection() {
    if (open.stream().noneMatch(attempts -> attempts.waitsForConnection(periodNanos))) {
      return;
    }
    GRPCInferenceServiceGrpc.newStub(channel)
        .withDeadlineAfter(periodNanos, TimeUnit.NANOSECONDS)
        .serverLive(
            ServerLiveRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(ServerLiveResponse live) {}

              @Override
              public void onError(Throwable error) {
                if (channel.getState(false) == ConnectivityState.READY) {
                  // There is a connection; what the server says of this call does not matter.
                  return;
                }
                Status status = Status.fromThrowable(error);
                for (Attempts attempts : open) {
                  if (attempts.waitsForConnection(periodNanos)) {
                    attempts.failed(StatusKinds.ofNoConnection(status), status);
                  }
                }
              }

              @Override
              public void onCompleted() {}
            });
  }
}
