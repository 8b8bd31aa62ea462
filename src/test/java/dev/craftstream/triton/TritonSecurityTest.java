package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.craft;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.measured;
import static dev.craftstream.triton.TritonFixtures.open;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.embedded.TritonServer;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.testing.TestCertificates;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.client.SentSecrets;
import dev.craftstream.triton.client.TokenCredentials;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.client.TritonSettings.Tls;
import dev.craftstream.triton.client.TritonSettings.Token;
import io.grpc.CallCredentials.MetadataApplier;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A Triton that wants a client certificate and a token. */
@Tag("integration")
class TritonSecurityTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  private static final String HEADER = "triton-grpc-protocol-craft-token";

  @TempDir static Path folder;

  private static TritonServer server;
  private static TestCertificates serverCertificates;
  private static TestCertificates clientCertificates;
  private static Path token;

  @BeforeAll
  static void start() throws Exception {
    serverCertificates = TestCertificates.make(folder, "server");
    clientCertificates = TestCertificates.make(folder, "client");
    token = Files.writeString(folder.resolve("token"), "open-sesame\n");
    server =
        TritonServer.start(
            TRITON
                .ownServer(folder, "craft_echo")
                .withArguments(
                    "--grpc-use-ssl-mutual=1",
                    "--grpc-server-cert=" + serverCertificates.certificate(),
                    "--grpc-server-key=" + serverCertificates.key(),
                    "--grpc-root-cert=" + clientCertificates.certificate(),
                    "--grpc-restricted-protocol=inference:craft-token=open-sesame"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void asksWithACertificateAndAToken() throws Exception {
    try (KnowledgeQuery query =
        open(settings().tls(mutual()).token(new Token(HEADER, "", token.toString())).build())) {
      await(query.ready(craft("craft_echo")));
      assertThat(measured(query.ask(openEnded("Paris"), 1, craft("craft_echo"))).correctness())
          .isEqualTo(1);
    }
  }

  @Test
  void findsATokenThatIsExchangedWhileItAsks() throws Exception {
    Path changing = Files.writeString(folder.resolve("changing"), "wrong");
    try (KnowledgeQuery query =
        open(
            TritonFixtures.settings(server.endpoint())
                .tls(mutual())
                .token(new Token(HEADER, "", changing.toString()))
                .build())) {
      var answer = query.ask(openEnded("Paris"), 1, craft("craft_echo"));
      org.awaitility.Awaitility.await().until(() -> query.health().retries() > 0);
      Files.writeString(changing, "open-sesame");

      assertThat(measured(answer).correctness()).isEqualTo(1);
    }
  }

  @Test
  void saysThatTheTokenIsMissing() throws Exception {
    try (KnowledgeQuery query = open(settings().tls(mutual()).build())) {
      assertThat(failure(query.ask(openEnded("Paris"), 1, craft("craft_echo"))))
          .isInstanceOf(ServerUnavailableException.class)
          .hasMessageContaining(HEADER);
    }
  }

  @Test
  void saysThatTheServerOrTheClientIsNotTrusted() throws Exception {
    var wrongAuthority = new Tls(true, clientCertificates.certificate().toString(), "", "");
    var noClientCertificate = new Tls(true, serverCertificates.certificate().toString(), "", "");
    for (Tls tls : new Tls[] {wrongAuthority, noClientCertificate, Tls.OFF}) {
      try (KnowledgeQuery query = open(settings().tls(tls).build())) {
        Throwable failure = failure(query.ask(openEnded("Paris"), 1, craft("craft_echo")));
        assertThat(failure)
            .isInstanceOf(ServerUnavailableException.class)
            .hasMessageContaining("did not answer within 1.5 s")
            .hasMessageContaining("UNAVAILABLE");
      }
    }
  }

  @Test
  void sendsTheSecretAsABearerTokenUnlessAnotherHeaderIsNamed() {
    String authorization = Token.AUTHORIZATION;
    assertThat(header(new Token(authorization, "", token.toString()), authorization))
        .isEqualTo("Bearer open-sesame");
    assertThat(header(new Token("X-Key", "", token.toString()), "x-key")).isEqualTo("open-sesame");
    assertThat(header(new Token("x-key", "PATH", ""), "x-key")).isEqualTo(System.getenv("PATH"));
  }

  @Test
  void neverShowsTheSecret() {
    var settings = settings().token(new Token(HEADER, "", token.toString())).build();
    assertThat(settings.toString()).contains(token.toString()).doesNotContain("sesame");
  }

  @Test
  void saysAtTheStartWhichFileOrVariableIsMissing() throws Exception {
    String absent = folder.resolve("absent").toString();
    Path odd = Files.writeString(folder.resolve("odd"), "sés-ame");

    assertThatThrownBy(() -> open(settings().token(new Token("x", "", absent)).build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(absent + ", which can't be read");
    assertThatThrownBy(() -> open(settings().token(new Token("x", "CRAFT_ABSENT", "")).build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("CRAFT_ABSENT, which is not set");
    assertThatThrownBy(() -> open(settings().token(new Token("x", "", odd.toString())).build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("other characters than ASCII's");
    assertThatThrownBy(() -> open(settings().tls(new Tls(true, absent, "", "")).build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("A certificate for Triton can't be read on this machine")
        .hasMessageContaining(absent);
  }

  private static Tls mutual() {
    return new Tls(
        true,
        serverCertificates.certificate().toString(),
        clientCertificates.certificate().toString(),
        clientCertificates.key().toString());
  }

  private static TritonSettings.Builder settings() {
    return TritonFixtures.settings(server.endpoint()).deadline(Duration.ofMillis(1500));
  }

  private static String header(Token token, String name) {
    var headers = new CompletableFuture<Metadata>();
    new TokenCredentials(token, new SentSecrets())
        .applyRequestMetadata(
            null,
            Runnable::run,
            new MetadataApplier() {
              @Override
              public void apply(Metadata applied) {
                headers.complete(applied);
              }

              @Override
              public void fail(Status status) {
                headers.completeExceptionally(status.asException());
              }
            });
    return headers.join().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }
}
