package dev.craftstream.bench;

import dev.craftstream.model.Origin;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.tracking.ScriptedQuery.Ask;
import dev.craftstream.tracking.TrackerHarness;
import dev.craftstream.triton.client.SimulatedServers;
import dev.craftstream.triton.client.SimulatedServers.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;

/**
 * How busy each of many servers is in a sweep: the real trackers ask through the real choice of
 * servers, in simulated time. A question takes from 1 ms to 10 s, each power of ten as often; the
 * next request is on its way in the moment of an answer.
 *
 * <p>Arguments: {@code craft_stream_servers}, which is the job's choice, or another load balancing
 * policy of gRPC, such as {@code round_robin}; servers; requests that a server works on at once;
 * tasks; requests in flight of a task; questions; how many of ten servers take ten times as long;
 * how many of a hundred are dead. Such as {@code craft_stream_servers 200 4 2 600 60000 1 2}.
 */
public final class ServerPoolBenchmark {
  private static final double SHORTEST = 0.001;
  private static final double LONGEST = 10;
  private static final double SLOWER = 10;

  private ServerPoolBenchmark() {}

  public static void main(String... arguments) throws Exception {
    String policy = arguments[0];
    int count = Integer.parseInt(arguments[1]);
    int slots = Integer.parseInt(arguments[2]);
    int tasks = Integer.parseInt(arguments[3]);
    int inFlight = Integer.parseInt(arguments[4]);
    int questions = Integer.parseInt(arguments[5]);
    int slowOfTen = Integer.parseInt(arguments[6]);
    int deadOfHundred = Integer.parseInt(arguments[7]);
    Random random = new Random(1);
    double mean = (LONGEST - SHORTEST) / Math.log(LONGEST / SHORTEST);
    try (SimulatedServers pool = new SimulatedServers(slots)) {
      double capacity = 0;
      for (int i = 0; i < count; i++) {
        double slowness = i % 10 < slowOfTen ? SLOWER : 1;
        boolean dead = i % 100 >= 100 - deadOfHundred;
        capacity += dead ? 0 : slots / (slowness * mean);
        pool.add(slowness, dead ? 0 : Double.MAX_VALUE);
      }
      Sweep sweep = new Sweep(pool, policy, random, questions, tasks, inFlight);
      sweep.run();
      System.out.printf(
          Locale.ROOT,
          "%s, %d servers of %d, %d of 10 slow, %d of 100 dead, %d tasks x %d in flight, %d questions:%n"
              + "  busy while questions are left: least %.1f %%, median %.1f %%, all %.1f %%%n"
              + "  sweep %.0f s, of which %.0f s after the last question was asked; all slots in use all the time would take %.0f s%n",
          policy,
          count,
          slots,
          slowOfTen,
          deadOfHundred,
          tasks,
          inFlight,
          questions,
          100 * sweep.busy[0],
          100 * sweep.busy[sweep.busy.length / 2],
          100 * sweep.mean,
          pool.now(),
          pool.now() - sweep.lastAsked,
          questions / capacity);
    }
  }

  /** The trackers of a job, which measure all questions under one model checkpoint. */
  private static final class Sweep {
    private final SimulatedServers pool;
    private final Random random;
    private final int questions;
    private final List<TrackerHarness> trackers = new ArrayList<>();
    private final List<SimulatedServers.Client> clients = new ArrayList<>();
    private int asked;
    private double lastAsked;
    private double[] busy;
    private double mean;

    Sweep(
        SimulatedServers pool, String policy, Random random, int questions, int tasks, int inFlight)
        throws Exception {
      this.pool = pool;
      this.random = random;
      this.questions = questions;
      for (int task = 0; task < tasks; task++) {
        clients.add(pool.client(policy));
        trackers.add(
            TrackerHarness.restore(new HashMapStateBackend(), inFlight, tasks, task, null));
      }
    }

    void run() throws Exception {
      for (int i = 0; i < questions; i++) {
        String id = "q" + i;
        tracker(id)
            .send(
                new QuestionEvent(
                    id,
                    TrackerHarness.question(id, "What is " + id + "?"),
                    new Origin("questions", 0, 0)));
      }
      for (TrackerHarness tracker : trackers) {
        tracker.mails();
        tracker.initial(1);
      }
      for (int task = 0; task < trackers.size(); task++) {
        send(task);
      }
      while (pool.next()) {}
      for (TrackerHarness tracker : trackers) {
        if (tracker.modelTime() != 1) {
          throw new IllegalStateException("The sweep did not end.");
        }
        tracker.close();
      }
    }

    private TrackerHarness tracker(String id) {
      return trackers.get(
          KeyGroupRangeAssignment.assignKeyToParallelOperator(
              id, TrackerHarness.MAX_PARALLELISM, trackers.size()));
    }

    /** What the tracker asks goes to the servers. */
    private void send(int task) {
      TrackerHarness tracker = trackers.get(task);
      List<Ask> asks = List.copyOf(tracker.server.asks);
      tracker.server.asks.clear();
      for (Ask ask : asks) {
        asked++;
        double seconds = SHORTEST * Math.pow(LONGEST / SHORTEST, random.nextDouble());
        clients
            .get(task)
            .send(
                seconds,
                () -> {
                  ask.answer(1);
                  mails(tracker);
                  send(task);
                });
      }
      if (asked == questions && busy == null) {
        lastAsked = pool.now();
        look();
      }
    }

    private void look() {
      List<Server> living = pool.servers().stream().filter(server -> !server.isDead()).toList();
      busy = living.stream().mapToDouble(Server::busy).sorted().toArray();
      mean = living.stream().mapToDouble(Server::busy).average().orElseThrow();
    }

    private static void mails(TrackerHarness tracker) {
      try {
        tracker.mails();
      } catch (Exception e) {
        throw new IllegalStateException("A tracker failed.", e);
      }
    }
  }
}
