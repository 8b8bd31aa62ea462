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
 * Spreads requests over the servers: of the next ones in turn, by gRPC's {@code round_robin}, a
 * request goes to the one where the fewest of this client are under way ({@link ServerLoad}), so
 * that slow servers get fewer. Those that fail whatever they are asked are left out for a while, by
 * gRPC's outlier detection (A50). The last server is never left out.
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

  private static final Attributes.Key<ServerLoad> LOAD = Attributes.Key.create("triton-load");

  /** Servers among which a pick looks for the one with the least to do. */
  private static final int COMPARED = 16;

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
                .set(LOAD, new ServerLoad(System::nanoTime))
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
        LoadBalancer.PickResult least = withLeastToDo(attempts, args, picked);
        return least.copyWithStreamTracerFactory(
            new Judged(
                attempts, server(least), load(least), servers, least.getStreamTracerFactory()));
      }
      return LoadBalancer.PickResult.withDrop(
          Status.UNAVAILABLE.withDescription("requests go to other servers now"));
    }

    /** The first one, or one of the next that has less to do. */
    private LoadBalancer.PickResult withLeastToDo(
        Attempts attempts, LoadBalancer.PickSubchannelArgs args, LoadBalancer.PickResult first) {
      LoadBalancer.PickResult least = first;
      int toDo = load(first).toDo();
      for (int more = Math.min(COMPARED, servers) - 1; more > 0 && toDo > 0; more--) {
        LoadBalancer.PickResult next = picker.pickSubchannel(args);
        if (next.getSubchannel() != null && attempts.mayGoTo(server(next))) {
          int its = load(next).toDo();
          if (its < toDo) {
            least = next;
            toDo = its;
          }
        }
      }
      return least;
    }

    private static boolean suits(Attempts attempts, LoadBalancer.PickResult picked) {
      return picked.getSubchannel() == null || attempts.mayGoTo(server(picked));
    }

    private static String server(LoadBalancer.PickResult picked) {
      return picked.getSubchannel().getAttributes().get(SERVER);
    }

    private static ServerLoad load(LoadBalancer.PickResult picked) {
      return picked.getSubchannel().getAttributes().get(LOAD);
    }

    @Override
    public String toString() {
      return "ChoosingPicker[" + picker + "]";
    }
  }

  /** Lets outlier detection count what the attempts say, and not gRPC's status; counts the load. */
  private static final class Judged extends ClientStreamTracer.Factory {
    private final Attempts attempts;
    private final String server;
    private final ServerLoad load;
    private final int servers;
    private final ClientStreamTracer.Factory counting;

    Judged(
        Attempts attempts,
        String server,
        ServerLoad load,
        int servers,
        ClientStreamTracer.Factory counting) {
      this.attempts = attempts;
      this.server = server;
      this.load = load;
      this.servers = servers;
      this.counting = counting;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      ServerLoad.Request request = load.begun();
      ClientStreamTracer counted =
          counting == null
              ? new ClientStreamTracer() {}
              : counting.newClientStreamTracer(info, headers);
      attempts.picked(
          server,
          servers,
          new ClientStreamTracer() {
            @Override
            public void streamClosed(Status judged) {
              request.judged(judged.isOk());
              counted.streamClosed(judged);
            }
          });
      return new ClientStreamTracer() {
        @Override
        public void streamClosed(Status status) {
          request.ended(status);
        }
      };
    }
  }
}
