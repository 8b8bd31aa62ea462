package dev.craftstream.triton.client;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.Metadata;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.Status;
import io.grpc.util.ForwardingLoadBalancerHelper;
import java.util.List;
import java.util.Map;

/**
 * Spreads requests over the servers in turn, by gRPC's {@code round_robin}, and leaves out for a
 * while those that fail whatever they are asked, by gRPC's outlier detection (A50). The last server
 * is never left out.
 *
 * <p>Around these it puts what they don't know: which servers a request may go to ({@link
 * ServerChoice}), and which failures speak against a server ({@link Attempts}): neither faults of
 * the request nor a model that no server answers, but failures that a stream reports in words.
 */
public final class ServersBalancerProvider extends LoadBalancerProvider {
  static final String NAME = "craft_stream_servers";

  private static final String OUTLIER_DETECTION = "outlier_detection_experimental";

  /** Address of a connection's server. */
  private static final Attributes.Key<String> SERVER = Attributes.Key.create("triton-server");

  /** Rounds of all servers in which a pick looks for one that the request may go to. */
  private static final int ROUNDS = 4;

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public int getPriority() {
    return 5;
  }

  @Override
  public String getPolicyName() {
    return NAME;
  }

  @Override
  public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
    return new Balancer(helper);
  }

  private static final class Balancer extends LoadBalancer {
    private final LoadBalancerProvider provider;
    private final Helper helper;
    private final LoadBalancer delegate;
    private List<EquivalentAddressGroup> resolvedBefore = List.of();
    private volatile int servers;

    Balancer(Helper helper) {
      this.provider = LoadBalancerRegistry.getDefaultRegistry().getProvider(OUTLIER_DETECTION);
      this.helper = helper;
      this.delegate = provider.newLoadBalancer(new NamingHelper());
    }

    @Override
    public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
      if (resolved.getAddresses().equals(resolvedBefore)) {
        // Names are resolved again every few seconds, and outlier detection would begin anew.
        return Status.OK;
      }
      resolvedBefore = resolved.getAddresses();
      servers = resolvedBefore.size();
      ConfigOrError config = provider.parseLoadBalancingPolicyConfig(outlierDetection(servers));
      if (config.getError() != null) {
        resolvedBefore = List.of();
        return config.getError();
      }
      return delegate.acceptResolvedAddresses(
          resolved.toBuilder().setLoadBalancingPolicyConfig(config.getConfig()).build());
    }

    /**
     * More than four fifths of at least three requests in two seconds have to fail. A server that
     * was left out is tried again after ten seconds, and then each half minute.
     */
    private static Map<String, Object> outlierDetection(int servers) {
      return Map.of(
          "interval",
          "2s",
          "baseEjectionTime",
          "10s",
          "maxEjectionTime",
          "30s",
          "maxEjectionPercentage",
          // Rounded down, so that one always stays.
          (double) (100 * Math.max(0, servers - 1) / Math.max(1, servers)),
          "failurePercentageEjection",
          Map.of(
              "threshold",
              80.0,
              "enforcementPercentage",
              100.0,
              "minimumHosts",
              1.0,
              "requestVolume",
              3.0),
          "childPolicy",
          List.of(Map.of("round_robin", Map.of())));
    }

    @Override
    public void handleNameResolutionError(Status error) {
      resolvedBefore = List.of();
      delegate.handleNameResolutionError(error);
    }

    @Override
    public void requestConnection() {
      delegate.requestConnection();
    }

    @Override
    public void shutdown() {
      delegate.shutdown();
    }

    /** Names the connections, and puts the choice around the pickers. */
    private final class NamingHelper extends ForwardingLoadBalancerHelper {
      @Override
      protected Helper delegate() {
        return helper;
      }

      @Override
      public Subchannel createSubchannel(CreateSubchannelArgs args) {
        Attributes attributes =
            args.getAttributes().toBuilder()
                .set(SERVER, String.valueOf(args.getAddresses().get(0).getAddresses().get(0)))
                .build();
        return super.createSubchannel(args.toBuilder().setAttributes(attributes).build());
      }

      @Override
      public void updateBalancingState(ConnectivityState state, SubchannelPicker picker) {
        super.updateBalancingState(state, new ChoosingPicker(picker, servers));
      }
    }
  }

  private static final class ChoosingPicker extends LoadBalancer.SubchannelPicker {
    private final LoadBalancer.SubchannelPicker picker;
    private final int servers;

    ChoosingPicker(LoadBalancer.SubchannelPicker picker, int servers) {
      this.picker = picker;
      this.servers = servers;
    }

    @Override
    public LoadBalancer.PickResult pickSubchannel(LoadBalancer.PickSubchannelArgs args) {
      Attempts attempts = args.getCallOptions().getOption(Attempts.KEY);
      LoadBalancer.PickResult picked = picker.pickSubchannel(args);
      if (attempts == null) {
        return picked;
      }
      for (int tries = ROUNDS * servers; tries > 0 && !suits(attempts, picked); tries--) {
        picked = picker.pickSubchannel(args);
      }
      if (picked.getSubchannel() == null) {
        return picked;
      }
      if (attempts.choice().only().isEmpty() || suits(attempts, picked)) {
        return picked.copyWithStreamTracerFactory(
            new Judged(attempts, server(picked), servers, picked.getStreamTracerFactory()));
      }
      return LoadBalancer.PickResult.withDrop(
          Status.UNAVAILABLE.withDescription("requests go to other servers now"));
    }

    private static boolean suits(Attempts attempts, LoadBalancer.PickResult picked) {
      return picked.getSubchannel() == null || attempts.mayGoTo(server(picked));
    }

    private static String server(LoadBalancer.PickResult picked) {
      return picked.getSubchannel().getAttributes().get(SERVER);
    }

    @Override
    public String toString() {
      return "ChoosingPicker[" + picker + "]";
    }
  }

  /** Lets outlier detection count what the attempts say, and not gRPC's status. */
  private static final class Judged extends ClientStreamTracer.Factory {
    private final Attempts attempts;
    private final String server;
    private final int servers;
    private final ClientStreamTracer.Factory counting;

    Judged(Attempts attempts, String server, int servers, ClientStreamTracer.Factory counting) {
      this.attempts = attempts;
      this.server = server;
      this.servers = servers;
      this.counting = counting;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      attempts.picked(
          server, servers, counting == null ? null : counting.newClientStreamTracer(info, headers));
      return new ClientStreamTracer() {};
    }
  }
}
