package dev.craftstream.triton.client;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Resolves a fixed list of servers, {@code triton-list:///host:port,host:port}, for gRPC's load
 * balancer: each address of each host becomes a connection of its own. A host that can't be
 * resolved is left out as long as another one can be.
 */
public final class EndpointsNameResolverProvider extends NameResolverProvider {
  private static final String SCHEME = "triton-list";

  /** The target that this resolver understands. */
  static String target(List<Endpoint> endpoints) {
    List<String> names = endpoints.stream().map(Endpoint::toString).toList();
    // Brackets of IPv6 addresses may not stand in a path as they are.
    return SCHEME + ":///" + String.join(",", names).replace("[", "%5B").replace("]", "%5D");
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    return SCHEME.equals(target.getScheme())
        ? new Resolver(Endpoint.parseList(target.getPath().substring(1)), args)
        : null;
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    // Below DNS, which stays the default for targets without a scheme.
    return 1;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  private static final class Resolver extends NameResolver {
    private final List<Endpoint> endpoints;
    private final SynchronizationContext context;
    private final Executor executor;
    private Listener2 listener;
    private boolean resolving;
    private boolean shutdown;

    Resolver(List<Endpoint> endpoints, Args args) {
      this.endpoints = endpoints;
      this.context = args.getSynchronizationContext();
      this.executor = args.getOffloadExecutor();
    }

    @Override
    public String getServiceAuthority() {
      return endpoints.get(0).toString();
    }

    @Override
    public void start(Listener2 listener) {
      this.listener = listener;
      refresh();
    }

    @Override
    public void refresh() {
      if (resolving || shutdown) {
        return;
      }
      resolving = true;
      executor.execute(
          () -> {
            ResolutionResult result = resolve();
            context.execute(
                () -> {
                  resolving = false;
                  if (!shutdown) {
                    listener.onResult2(result);
                  }
                });
          });
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    private ResolutionResult resolve() {
      var addresses = new ArrayList<EquivalentAddressGroup>();
      var unknown = new ArrayList<String>();
      for (Endpoint endpoint : endpoints) {
        // The name that the server's certificate must bear.
        Attributes authority =
            Attributes.newBuilder()
                .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, endpoint.toString())
                .build();
        try {
          for (InetAddress address : InetAddress.getAllByName(endpoint.host())) {
            addresses.add(
                new EquivalentAddressGroup(
                    new InetSocketAddress(address, endpoint.port()), authority));
          }
        } catch (UnknownHostException e) {
          unknown.add(endpoint.host());
        }
      }
      return ResolutionResult.newBuilder()
          .setAddressesOrError(
              addresses.isEmpty()
                  ? StatusOr.fromStatus(
                      Status.UNAVAILABLE.withDescription(
                          "the host name can't be resolved: " + String.join(", ", unknown)))
                  : StatusOr.fromValue(addresses))
          .build();
    }
  }
}
