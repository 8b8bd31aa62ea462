package dev.craftstream.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
  private ServerSocket target;
  private TcpProxy proxy;

  @BeforeEach
  void start() throws IOException {
    target = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    proxy = TcpProxy.to(target.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    target.close();
  }

  @Test
  void passesOnWhatIsSentInBothDirections() throws Exception {
    try (Echo echo = new Echo()) {
      assertThat(echo.send(7)).isEqualTo(7);
      proxy.set(TcpProxy.Mode.SLOW);
      assertThat(echo.send(8)).isEqualTo(8);
    }
  }

  @Test
  void cutsWhatIsThereAndWhatComesUntilItIsWholeAgain() throws Exception {
    try (Echo echo = new Echo()) {
      proxy.set(TcpProxy.Mode.CUT);
      assertThatIOException().isThrownBy(() -> echo.send(7));
      try (Socket late = connect()) {
        assertThatIOException().isThrownBy(() -> sendAndReceive(late, 7));
      }
    }
    proxy.set(TcpProxy.Mode.WHOLE);
    try (Echo echo = new Echo()) {
      assertThat(echo.send(7)).isEqualTo(7);
    }
  }

  @Test
  void aMutedConnectionStaysMute() throws Exception {
    try (Echo echo = new Echo()) {
      proxy.set(TcpProxy.Mode.MUTE);
      assertThatThrownBy(() -> echo.send(7)).isInstanceOf(SocketTimeoutException.class);
      proxy.set(TcpProxy.Mode.WHOLE);
      assertThatThrownBy(() -> echo.send(7)).isInstanceOf(SocketTimeoutException.class);
    }
    try (Echo echo = new Echo()) {
      assertThat(echo.send(7)).isEqualTo(7);
    }
  }

  private Socket connect() throws IOException {
    String endpoint = proxy.endpoint();
    int port = Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1));
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(500);
    return socket;
  }

  private static int sendAndReceive(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    int answer = socket.getInputStream().read();
    if (answer < 0) {
      throw new IOException("The connection ended.");
    }
    return answer;
  }

  /** A connection through the proxy to a target that sends back the bytes that it gets. */
  private final class Echo implements AutoCloseable {
    private final Socket client;
    private final Socket server;

    Echo() throws Exception {
      CompletableFuture<Socket> accepted = CompletableFuture.supplyAsync(this::accept);
      client = connect();
      server = accepted.get();
      var unused = CompletableFuture.runAsync(this::echo);
    }

    private Socket accept() {
      try {
        return target.accept();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private void echo() {
      try {
        server.getInputStream().transferTo(server.getOutputStream());
      } catch (IOException e) {
        // It was cut.
      }
    }

    int send(int value) throws IOException {
      return sendAndReceive(client, value);
    }

    @Override
    public void close() throws IOException {
      client.close();
      server.close();
    }
  }
}
