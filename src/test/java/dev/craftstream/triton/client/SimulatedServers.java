package dev.craftstream.triton.client;

import dev.craftstream.inference.GRPCInferenceServiceGrpc;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ChannelLogger;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.Deadline;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Servers in simulated time behind a real choice of servers: where a request goes is decided by the
 * load balancer of a job's client; what it takes there is made up. Each server works on so many
 * requests at once, and queues the others.
 */
public final class SimulatedServers implements AutoCloseable {
  /** The job's own choice. */
  public static final String OF_THE_JOB = ServersBalancerProvider.NAME;

  /** The slowness of a server that is there, and fails at once whatever it is asked. */
  public static final double FAILING = 0;

  private static final int FIRST_PORT = 1;
  private static final double RETRY_SECONDS = 0.2;

  private static final ChannelLogger NOTHING_SAID =
      new ChannelLogger() {
        @Override
        public void log(ChannelLogLevel level, String message) {}

        @Override
        public void log(ChannelLogLevel level, String format, Object... arguments) {}
      };

  private final List<Server> servers = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final int slots;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private double now;
  private long order;

  /**
   * @param slots requests that a server works on at once
   */
  public SimulatedServers(int slots) {
    this.slots = slots;
  }

  private record Event(double at, long order, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Double.compare(at, other.at);
      return byTime == 0 ? Long.compare(order, other.order) : byTime;
    }
  }

  /** A server of the pool. */
  public final class Server {
    private final double slowness;
    private boolean dead;
    private final Deque<Attempt> queue = new ArrayDeque<>();
    private final List<Attempt> working = new ArrayList<>();
    private final List<SubchannelStateListener> listeners = new ArrayList<>();
    private double busySince;
    private double busySlotSeconds;
    private long answered;
    private long failed;

    private Server(double slowness, boolean dead) {
      this.slowness = slowness;
      this.dead = dead;
    }

    private void count() {
      busySlotSeconds += working.size() * (now - busySince);
      busySince = now;
    }

    private void receive(Attempt attempt) {
      if (dead || slowness == FAILING) {
        failed++;
        attempt.failed();
        return;
      }
      queue.add(attempt);
      work();
    }

    private void work() {
      while (working.size() < slots && !queue.isEmpty()) {
        count();
        Attempt attempt = queue.remove();
        working.add(attempt);
        at(now + attempt.request.seconds * slowness, () -> answer(attempt));
      }
    }

    private void answer(Attempt attempt) {
      if (!working.contains(attempt)) {
        return;
      }
      count();
      working.remove(attempt);
      answered++;
      attempt.answered();
      work();
    }

    private void die() {
      count();
      dead = true;
      List<Attempt> lost = new ArrayList<>(working);
      lost.addAll(queue);
      working.clear();
      queue.clear();
      for (SubchannelStateListener listener : listeners) {
        listener.onSubchannelState(ConnectivityStateInfo.forTransientFailure(Status.UNAVAILABLE));
      }
      lost.forEach(Attempt::failed);
    }

    /** Whether it answers no more. */
    public boolean isDead() {
      return dead;
    }

    /** Answers so far. */
    public long answered() {
      return answered;
    }

    /** Requests that it failed at. */
    public long failed() {
      return failed;
    }

    /** How much of its slots was in use, 0 to 1, up to now. */
    public double busy() {
      count();
      return busySlotSeconds / (slots * now);
    }
  }

  private static final class Request {
    private final Client client;
    private final double seconds;
    private final Runnable answered;

    Request(Client client, double seconds, Runnable answered) {
      this.client = client;
      this.seconds = seconds;
      this.answered = answered;
    }
  }

  private final class Attempt {
    private final Request request;
    private final List<ClientStreamTracer> tracers;

    Attempt(Request request, List<ClientStreamTracer> tracers) {
      this.request = request;
      this.tracers = tracers;
    }

    void answered() {
      tracers.forEach(tracer -> tracer.streamClosed(Status.OK));
      request.answered.run();
    }

    void failed() {
      tracers.forEach(tracer -> tracer.streamClosed(Status.UNAVAILABLE));
      at(now + RETRY_SECONDS, () -> request.client.send(request));
    }
  }

  /**
   * Adds a server.
   *
   * @param slowness how many times longer than another it takes, or {@link #FAILING}
   * @param diesAt when it stops to answer, in seconds; 0: it was never there
   */
  public void add(double slowness, double diesAt) {
    Server server = new Server(slowness, diesAt <= 0);
    servers.add(server);
    if (diesAt > 0 && diesAt < Double.MAX_VALUE) {
      at(diesAt, server::die);
    }
  }

  public List<Server> servers() {
    return servers;
  }

  public double now() {
    return now;
  }

  private void at(double time, Runnable what) {
    events.add(new Event(time, order++, what));
  }

  /** Goes on to what happens next; false where nothing will. */
  public boolean next() {
    Event event = events.poll();
    if (event == null) {
      return false;
    }
    now = event.at;
    event.what.run();
    return true;
  }

  @Override
  public void close() {
    clients.forEach(Client::close);
  }

  /** A further client, with connections and a choice of its own, such as each task has. */
  public Client client(String policy) {
    Client client = new Client(policy);
    clients.add(client);
    return client;
  }

  /** A client of all servers. */
  public final class Client {
    private final SynchronizationContext context =
        new SynchronizationContext(
            (thread, failure) -> {
              throw new IllegalStateException("The choice of servers failed.", failure);
            });
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(0);
    private final AnsweringServers answering = new AnsweringServers(System::nanoTime);
    private final Outages outages =
        new Outages(LoggerFactory.getLogger("simulated"), "all", System::nanoTime, () -> 0);
    private final Failures failures =
        new Failures(TritonSettings.to("simulated:1").build(), new SentSecrets());
    private final LoadBalancer balancer;
    private SubchannelPicker picker;

    private Client(String policy) {
      LoadBalancerProvider provider = LoadBalancerRegistry.getDefaultRegistry().getProvider(policy);
      balancer = provider.newLoadBalancer(new Helper());
      List<EquivalentAddressGroup> addresses = new ArrayList<>();
      for (int i = 0; i < servers.size(); i++) {
        addresses.add(
            new EquivalentAddressGroup(
                InetSocketAddress.createUnresolved("server", FIRST_PORT + i)));
      }
      context.execute(
          () -> {
            Status accepted =
                balancer.acceptResolvedAddresses(
                    ResolvedAddresses.newBuilder().setAddresses(addresses).build());
            if (!accepted.isOk()) {
              throw accepted.asRuntimeException();
            }
          });
    }

    /**
     * Sends a request.
     *
     * @param seconds what it takes at a server that is not slow
     * @param answered run when it is answered
     */
    public void send(double seconds, Runnable answered) {
      send(new Request(this, seconds, answered));
    }

    private void send(Request request) {
      Attempts attempts =
          new Attempts(
              new ServedModel("model", "1", ""),
              ServerChoice.current(),
              outages,
              answering,
              failures,
              Deadline.after(1, TimeUnit.HOURS));
      CallOptions options = CallOptions.DEFAULT.withOption(Attempts.KEY, attempts);
      PickResult picked = picker.pickSubchannel(new Arguments(options));
      if (picked.getSubchannel() == null) {
        at(now + RETRY_SECONDS, () -> send(request));
        return;
      }
      ClientStreamTracer.StreamInfo info =
          ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(options).build();
      List<ClientStreamTracer> tracers = new ArrayList<>();
      tracers.add(attempts.newClientStreamTracer(info, new Metadata()));
      if (picked.getStreamTracerFactory() != null) {
        tracers.add(picked.getStreamTracerFactory().newClientStreamTracer(info, new Metadata()));
      }
      Attempt attempt = new Attempt(request, tracers);
      ((Connection) picked.getSubchannel()).server.receive(attempt);
    }

    private void close() {
      context.execute(balancer::shutdown);
      timer.shutdownNow();
    }

    private final class Helper extends LoadBalancer.Helper {
      @Override
      public Subchannel createSubchannel(CreateSubchannelArgs args) {
        return new Connection(args, context);
      }

      @Override
      public void updateBalancingState(ConnectivityState state, SubchannelPicker newPicker) {
        picker = newPicker;
      }

      @Override
      public void refreshNameResolution() {}

      @Override
      public SynchronizationContext getSynchronizationContext() {
        return context;
      }

      @Override
      public ScheduledExecutorService getScheduledExecutorService() {
        return timer;
      }

      @Override
      public ChannelLogger getChannelLogger() {
        return NOTHING_SAID;
      }

      @Override
      public ManagedChannel createOobChannel(EquivalentAddressGroup group, String name) {
        throw new UnsupportedOperationException("There is nothing beside the servers.");
      }

      @Override
      public String getAuthority() {
        return "simulated";
      }
    }
  }

  private final class Connection extends Subchannel {
    private final CreateSubchannelArgs args;
    private final SynchronizationContext context;
    private final Server server;
    private SubchannelStateListener listener;

    Connection(CreateSubchannelArgs args, SynchronizationContext context) {
      this.args = args;
      this.context = context;
      SocketAddress address = args.getAddresses().get(0).getAddresses().get(0);
      server = servers.get(((InetSocketAddress) address).getPort() - FIRST_PORT);
    }

    @Override
    public void start(SubchannelStateListener newListener) {
      listener = state -> context.execute(() -> newListener.onSubchannelState(state));
      server.listeners.add(listener);
    }

    @Override
    public void requestConnection() {
      listener.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.CONNECTING));
      listener.onSubchannelState(
          server.dead
              ? ConnectivityStateInfo.forTransientFailure(Status.UNAVAILABLE)
              : ConnectivityStateInfo.forNonError(ConnectivityState.READY));
    }

    @Override
    public void shutdown() {
      server.listeners.remove(listener);
    }

    @Override
    public List<EquivalentAddressGroup> getAllAddresses() {
      return args.getAddresses();
    }

    @Override
    public void updateAddresses(List<EquivalentAddressGroup> addresses) {}

    @Override
    public ChannelLogger getChannelLogger() {
      return NOTHING_SAID;
    }

    @Override
    public Attributes getAttributes() {
      return args.getAttributes();
    }
  }

  private static final class Arguments extends PickSubchannelArgs {
    private final CallOptions options;

    Arguments(CallOptions options) {
      this.options = options;
    }

    @Override
    public CallOptions getCallOptions() {
      return options;
    }

    @Override
    public Metadata getHeaders() {
      return new Metadata();
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
      return GRPCInferenceServiceGrpc.getModelInferMethod();
    }
  }
}
