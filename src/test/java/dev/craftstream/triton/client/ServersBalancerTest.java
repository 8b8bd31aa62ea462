package dev.craftstream.triton.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.triton.client.SimulatedServers.Client;
import dev.craftstream.triton.client.SimulatedServers.Server;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where requests go, in simulated time. */
class ServersBalancerTest {
  private static final int SERVERS = 20;
  private static final int SLOTS = 4;
  private static final int REQUESTS = 10_000;

  @Test
  void givenOneSlowServerInTen_thenAllServersAreBusy() throws Exception {
    assertThat(leastBusy(SimulatedServers.OF_THE_JOB)).isGreaterThan(0.98);
    assertThat(leastBusy("round_robin")).as("what it is compared with").isLessThan(0.5);
  }

  @Test
  void givenServersThatHaveNothingToDo_thenTheyAreAskedInTurn() throws Exception {
    try (SimulatedServers pool = new SimulatedServers(1)) {
      for (int i = 0; i < SERVERS; i++) {
        pool.add(1, Double.MAX_VALUE);
      }
      Client client = pool.client(SimulatedServers.OF_THE_JOB);
      for (int i = 0; i < 3 * SERVERS; i++) {
        client.send(1, () -> {});
        while (pool.next()) {}
      }
      assertThat(pool.servers()).extracting(Server::answered).containsOnly(3L);
    }
  }

  @Test
  void givenAServerThatDies_thenItsRequestsGoToTheOthers() throws Exception {
    try (SimulatedServers pool = new SimulatedServers(SLOTS)) {
      pool.add(1, 10.5);
      pool.add(1, Double.MAX_VALUE);
      pool.add(1, 0);
      Client client = pool.client(SimulatedServers.OF_THE_JOB);
      int[] answered = {0};
      for (int i = 0; i < 100; i++) {
        client.send(1, () -> answered[0]++);
      }
      while (pool.next()) {}
      assertThat(answered[0]).isEqualTo(100);
      List<Long> answers = pool.servers().stream().map(Server::answered).toList();
      assertThat(answers).containsExactly(10L * SLOTS, 100L - 10 * SLOTS, 0L);
    }
  }

  /** Before outlier detection knows: it needs some seconds. */
  @Test
  void givenAServerThatFailsAtOnce_thenItDoesNotDrawAllRequests() throws Exception {
    try (SimulatedServers pool = new SimulatedServers(SLOTS)) {
      pool.add(SimulatedServers.FAILING, Double.MAX_VALUE);
      pool.add(1, Double.MAX_VALUE);
      pool.add(1, Double.MAX_VALUE);
      var sending = new Sending(pool.client(SimulatedServers.OF_THE_JOB), 1_000);
      for (int i = 0; i < 4 * SLOTS; i++) {
        sending.next();
      }
      while (pool.next()) {}
      assertThat(pool.servers().get(0).failed()).isBetween(1L, 30L);
      assertThat(pool.servers().get(1).busy()).isGreaterThan(0.98);
    }
  }

  /** The busy share of the least busy server while requests are left. */
  private static double leastBusy(String policy) throws Exception {
    try (SimulatedServers pool = new SimulatedServers(SLOTS)) {
      for (int i = 0; i < SERVERS; i++) {
        pool.add(i % 10 == 0 ? 10 : 1, Double.MAX_VALUE);
      }
      var sending = new Sending(pool.client(policy), REQUESTS);
      for (int i = 0; i < 2 * SERVERS * SLOTS; i++) {
        sending.next();
      }
      while (sending.left > 0 && pool.next()) {}
      return pool.servers().stream().mapToDouble(Server::busy).min().orElseThrow();
    }
  }

  /** Has the next request on the way when one is answered. */
  private static final class Sending {
    private final Client client;
    private int left;

    Sending(Client client, int left) {
      this.client = client;
      this.left = left;
    }

    void next() {
      if (left > 0) {
        left--;
        client.send(1 + left % 7, this::next);
      }
    }
  }
}
