package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TlsHintTest {
  /** What a TLS server says that does not like what it hears: a fatal alert. */
  private static final byte[] ALERT = {0x15, 3, 3, 0, 2, 2, 40};

  @Test
  void givenATlsBrokerAndClientsWithout_whenNoneAnswers_thenThatIsSaid() throws Exception {
    assertThat(hint(ALERT, Map.of()))
        .contains("speaks TLS", "security.protocol: PLAINTEXT", "set SSL there");
    assertThat(hint(ALERT, Map.of("security.protocol", "SASL_PLAINTEXT")))
        .contains("set SASL_SSL there");
  }

  @Test
  void givenAnythingElse_whenNoneAnswers_thenNothingIsGuessed() throws Exception {
    assertThat(hint(ALERT, Map.of("security.protocol", "SSL"))).isEmpty();
    assertThat(hint(new byte[0], Map.of())).isEmpty();
    assertThat(hint(new byte[] {0, 0, 0, 4, 1, 2, 3, 4}, Map.of())).isEmpty();
    assertThat(TlsHint.of("127.0.0.1:1", Map.of())).isEmpty();
    assertThat(TlsHint.of("nonsense", Map.of())).isEmpty();
  }

  private static String hint(byte[] answer, Map<String, String> properties) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> answered =
          CompletableFuture.runAsync(
              () -> {
                try (Socket socket = server.accept()) {
                  socket.getInputStream().read(new byte[16]);
                  socket.getOutputStream().write(answer);
                  socket.shutdownOutput();
                  socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // The other side has heard enough.
                }
              });
      String hint = TlsHint.of("127.0.0.1:" + server.getLocalPort() + ",other:1", properties);
      server.close();
      answered.join();
      return hint;
    }
  }
}
