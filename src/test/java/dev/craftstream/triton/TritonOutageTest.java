package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.craft;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.open;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static dev.craftstream.triton.TritonFixtures.vllm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.craftstream.local.TritonServer;
import dev.craftstream.model.KnowledgeState;
import dev.craftstream.testing.TritonServerExtension;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the client makes of servers that fail, hang, go and come. */
class TritonOutageTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @TempDir Path folder;

  @Test
  void waitsForAServerThatComesLater() throws Exception {
    TritonServer server = TritonServer.start(ownServer("craft_echo"));
    server.kill();

    try (KnowledgeQuery query = open(settings(server.endpoint()).build())) {
      CompletableFuture<Void> ready = query.ready(craft("craft_echo"));
      CompletableFuture<KnowledgeState> answer =
          query.ask(openEnded("Paris"), 1, craft("craft_echo"));
      assertThat(answer).isNotDone();

      try (TritonServer again = TritonServer.start(again(server))) {
        assertThat(await(answer).correctness()).isEqualTo(1);
        await(ready);
        assertThat(again.endpoint()).isEqualTo(server.endpoint());
      }
    }
  }

  @Test
  void asksAServerAgainThatWasKilledWhileItWasAsked() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    TritonServer server = TritonServer.start(ownServer("hangs"));
    try (KnowledgeQuery query = open(settings(server.endpoint()).build())) {
      CompletableFuture<KnowledgeState> answer =
          query.ask(openEnded(gate.question()), 1, craft("hangs"));
      gate.awaitAsked();
      server.kill();
      gate.forget();

      try (TritonServer again = TritonServer.start(again(server))) {
        gate.awaitAsked();
        gate.open();
        assertThat(await(answer).samples()).isEqualTo(4);
        assertThat(query.retries()).isPositive();
        assertThat(again.process().isAlive()).isTrue();
      }
    }
  }

  @Test
  void outlivesAServerThatStandsStill() throws Exception {
    try (TritonServer server = TritonServer.start(ownServer("craft_echo"));
        KnowledgeQuery query = open(settings(server.endpoint()).build())) {
      await(query.ask(openEnded("Paris"), 1, craft("craft_echo")));
      signal("STOP", server);
      CompletableFuture<KnowledgeState> answer =
          query.ask(openEnded("Paris"), 1, craft("craft_echo"));
      assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS)).hasNoCause();
      signal("CONT", server);

      assertThat(await(answer).correctness()).isEqualTo(1);
    }
  }

  @Test
  void leavesASilentServerForAnother() throws Exception {
    try (TritonServer silent = TritonServer.start(ownServer("craft_echo"));
        KnowledgeQuery query =
            open(
                settings(silent.endpoint(), TRITON.endpoint())
                    .keepAlive(Duration.ofSeconds(10), Duration.ofMillis(500))
                    .build())) {
      await().until(() -> askMany(query, 4) && inferences(silent) > 0);
      signal("STOP", silent);
      List<CompletableFuture<KnowledgeState>> answers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        answers.add(query.ask(openEnded("Paris"), 1, craft("craft_echo")));
      }
      for (CompletableFuture<KnowledgeState> answer : answers) {
        assertThat(await(answer).correctness()).isEqualTo(1);
      }
      assertThat(query.retries()).isPositive();
      silent.kill();
    }
  }

  @Test
  void spreadsRequestsOverAllServersThatItCanFind() throws Exception {
    try (TritonServer other = TritonServer.start(ownServer("craft_echo"));
        KnowledgeQuery query =
            open(
                settings("no-such-host.invalid:8001", TRITON.endpoint(), other.endpoint())
                    .build())) {
      long before = inferences(TRITON.server());
      await().until(() -> askMany(query, 8) && inferences(other) > 0);
      assertThat(askMany(query, 8)).isTrue();
      assertThat(inferences(TRITON.server())).isGreaterThan(before);
    }
  }

  @Test
  void givesUpAtTheDeadlineAndTellsTheServer() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    var settings = settings(TRITON.endpoint()).deadline(Duration.ofMillis(700)).build();
    try (KnowledgeQuery query = open(settings)) {
      assertThat(failure(query.ask(openEnded(gate.question()), 1, craft("hangs"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageStartingWith("Model hangs at " + TRITON.endpoint())
          .hasMessageContaining("did not answer within 0.7 s")
          .hasMessageContaining("allow more time");
    }
    gate.awaitCancelled();
  }

  @Test
  void takesBackWhatIsNotWantedAnyMore() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    try (KnowledgeQuery query = open(settings(TRITON.endpoint()).build())) {
      CompletableFuture<?> answer = query.ask(openEnded(gate.question()), 1, craft("hangs"));
      gate.awaitAsked();
      answer.cancel(false);
      gate.awaitCancelled();
    }
  }

  @Test
  void endsWhatIsInFlightWhenItIsClosed() throws Exception {
    var gate = new Gate(folder.resolve("gate"));
    KnowledgeQuery query = open(settings(TRITON.endpoint()).build());
    CompletableFuture<?> answer = query.ask(openEnded(gate.question()), 1, craft("hangs"));
    CompletableFuture<?> ready = query.ready(craft("no_such_model"));
    gate.awaitAsked();

    query.close();

    assertThat(failure(answer)).isInstanceOf(ServerUnavailableException.class);
    assertThat(failure(ready)).isInstanceOf(ServerUnavailableException.class);
    assertThat(failure(query.ask(openEnded("x"), 1, craft("craft_echo"))))
        .isInstanceOf(ServerUnavailableException.class);
    gate.awaitCancelled();
  }

  @Test
  void saysWhatItWaitedForWhenAModelDoesNotCome() throws Exception {
    var settings = settings(TRITON.endpoint()).deadline(Duration.ofSeconds(1)).build();
    try (KnowledgeQuery query = open(settings)) {
      assertThat(failure(query.ask(openEnded("x"), 1, craft("no_such_model"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("the last attempt ended with NOT_FOUND")
          .hasMessageContaining("unknown model: 'no_such_model'");
      assertThat(query.retries()).isPositive();
      assertThat(failure(query.ask(openEnded("x"), 1, vllm("no_such_model", "minilm_like"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("Model no_such_model")
          .hasMessageContaining("unknown model: 'no_such_model'");
    }
  }

  @Test
  void waitsForAModelThatIsBeingExchanged() throws Exception {
    TRITON.unload("craft_echo");
    TRITON.unload("vllm_like");
    try (KnowledgeQuery query = open(settings(TRITON.endpoint()).build())) {
      CompletableFuture<KnowledgeState> craft =
          query.ask(openEnded("Paris"), 1, craft("craft_echo"));
      await().until(() -> query.retries() > 0);
      CompletableFuture<KnowledgeState> vllm =
          query.ask(openEnded("Paris"), 1, vllm("vllm_like", "minilm_like"));
      CompletableFuture<Void> ready = query.ready(vllm("vllm_like", "minilm_like"));
      assertThat(vllm).isNotDone();
      assertThat(ready).isNotDone();

      TRITON.load("craft_echo");
      TRITON.load("vllm_like");

      assertThat(await(craft).correctness()).isEqualTo(1);
      assertThat(await(vllm).samples()).isEqualTo(4);
      await(ready);
    } finally {
      TRITON.load("craft_echo");
      TRITON.load("vllm_like");
    }
  }

  @Test
  void leavesAModelThatRaisesToAnotherAttempt() throws Exception {
    try (KnowledgeQuery query = open(settings(TRITON.endpoint()).build())) {
      assertThat(failure(query.ask(openEnded("x"), 1, craft("fails"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining("Model fails")
          .hasMessageContaining("the dog ate the weights");
      assertThat(query.retries()).isZero();
    }
  }

  @Test
  void refusesMessagesThatAreTooLarge() throws Exception {
    var settings = settings(TRITON.endpoint()).maxMessageBytes(1 << 20).build();
    try (KnowledgeQuery query = open(settings);
        TritonClient client = TritonClient.open(settings)) {
      assertThat(failure(query.ask(openEnded("x".repeat(1 << 20)), 1, craft("craft_echo"))))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("can't be sent a request of")
          .hasMessageContaining("1048576 are allowed");
      CompletableFuture<?> large =
          new CraftContract()
              .sample(
                  client,
                  craft("nonsense").serving(),
                  new InferenceContract.SampleQuery(
                      "id", "large", List.of(1L, 2L), 1, 5, List.of(), true),
                  client.deadline());
      assertThat(failure(large))
          .isInstanceOf(UnusableAnswerException.class)
          .hasMessageContaining("sent too large an answer")
          .hasMessageContaining("1048576");
    }
  }

  private TritonServer.Settings ownServer(String... models) {
    return TRITON.ownServer(folder, models);
  }

  private static TritonServer.Settings again(TritonServer server) {
    return server.settings().withPorts(server.ports());
  }

  private static boolean askMany(KnowledgeQuery query, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      await(query.ask(openEnded("Paris"), 1, craft("craft_echo")));
    }
    return true;
  }

  /** How many requests to craft_echo the server has answered. */
  private static long inferences(TritonServer server) throws IOException, InterruptedException {
    String metrics =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(server.metrics()).build(), BodyHandlers.ofString())
            .body();
    return metrics
        .lines()
        .filter(line -> line.startsWith("nv_inference_request_success{model=\"craft_echo\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static void signal(String signal, TritonServer server)
      throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + signal, String.valueOf(server.process().pid()))
            .start()
            .waitFor();
    assertThat(status).isZero();
  }

  /** Files by which a test talks to the model "hangs". */
  private record Gate(Path path) {
    String question() {
      return "gate: " + path;
    }

    void awaitAsked() {
      await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(file("asked")));
    }

    void awaitCancelled() {
      await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(file("cancelled")));
    }

    void open() throws IOException {
      Files.createFile(file("open"));
    }

    void forget() throws IOException {
      Files.delete(file("asked"));
    }

    private Path file(String what) {
      return path.resolveSibling(path.getFileName() + "." + what);
    }
  }
}
