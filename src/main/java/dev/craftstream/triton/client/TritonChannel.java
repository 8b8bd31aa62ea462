package dev.craftstream.triton.client;

import dev.craftstream.inference.GRPCInferenceServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Opens gRPC's channel to the servers. It spreads requests over them, waits for one to be there,
 * sends again what a server or the connection failed to answer, with growing pauses, and probes
 * silent connections.
 */
final class TritonChannel {
  /** Enough that the deadline always comes first. */
  private static final int MAX_ATTEMPTS = 1_000_000;

  private static final double BACKOFF_MULTIPLIER = 2;
  private static final int MAX_METADATA_BYTES = 64 << 10;
  private static final String SERVICE = GRPCInferenceServiceGrpc.SERVICE_NAME;

  private static final List<Status.Code> RETRIED =
      List.of(
          Status.Code.UNAVAILABLE,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.ABORTED,
          // Another server may have the model.
          Status.Code.NOT_FOUND,
          // A token or certificate that is being exchanged may come too late.
          Status.Code.UNAUTHENTICATED,
          Status.Code.PERMISSION_DENIED);

  private TritonChannel() {}

  /** Connects when a request needs it. */
  static ManagedChannel open(TritonSettings settings) {
    return Grpc.newChannelBuilder(
            EndpointsNameResolverProvider.target(settings.endpoints()), credentials(settings.tls()))
        .defaultLoadBalancingPolicy(ServersBalancerProvider.NAME)
        .defaultServiceConfig(serviceConfig(settings))
        .disableServiceConfigLookUp()
        // What is done with an answer is short and never waits: handing it to another thread costs
        // more.
        .directExecutor()
        .maxRetryAttempts(MAX_ATTEMPTS)
        // A request that does not fit into these would not be sent again.
        .perRpcBufferLimit(settings.maxMessageBytes() + (1L << 20))
        .retryBufferSize(Long.MAX_VALUE)
        .maxInboundMessageSize(settings.maxMessageBytes())
        // A failed model's message holds its stack.
        .maxInboundMetadataSize(MAX_METADATA_BYTES)
        .keepAliveTime(settings.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .build();
  }

  private static ChannelCredentials credentials(TritonSettings.Tls tls) {
    if (!tls.enabled()) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    try {
      if (!tls.trustFile().isBlank()) {
        credentials.trustManager(new File(tls.trustFile()));
      }
      if (!tls.certificateFile().isBlank()) {
        credentials.keyManager(new File(tls.certificateFile()), new File(tls.keyFile()));
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "A certificate for Triton can't be read on this machine: " + e.getMessage(), e);
    }
    return credentials.build();
  }

  private static Map<String, Object> serviceConfig(TritonSettings settings) {
    return Map.of(
        "methodConfig",
        List.of(
            methodConfig(settings, RETRIED, "ModelInfer", "ModelStreamInfer"),
            methodConfig(
                settings, List.of(Status.Code.UNAVAILABLE), "ModelReady", "ModelMetadata")));
  }

  private static Map<String, Object> methodConfig(
      TritonSettings settings, List<Status.Code> retried, String... methods) {
    return Map.of(
        "name",
        Arrays.stream(methods).map(method -> Map.of("service", SERVICE, "method", method)).toList(),
        "waitForReady",
        true,
        "retryPolicy",
        Map.of(
            "maxAttempts",
            (double) MAX_ATTEMPTS,
            "initialBackoff",
            seconds(settings.retryInitialBackoff()),
            "maxBackoff",
            seconds(settings.retryMaxBackoff()),
            "backoffMultiplier",
            BACKOFF_MULTIPLIER,
            "retryableStatusCodes",
            retried.stream().map(Status.Code::name).toList()));
  }

  /** A duration as a service config has it. */
  private static String seconds(Duration duration) {
    return BigDecimal.valueOf(duration.toNanos(), 9).toPlainString() + "s";
  }
}
