package dev.craftstream.topics.kafka;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Looks why no broker answers: one that speaks TLS says nothing that a client without TLS
 * understands, and the client waits until its time is over.
 */
public final class TlsHint {
  private static final int MILLIS = 2_000;
  private static final Pattern SERVER =
      Pattern.compile("\\s*\\[?([^\\],]+?)\\]?:([0-9]{1,5})\\s*(,.*)?");

  private TlsHint() {}

  /**
   * A sentence with a blank before it where the first of the brokers speaks TLS, and the clients do
   * not; else empty. Takes at most some seconds, and sends nothing but the beginning of a
   * handshake.
   */
  public static String of(String bootstrapServers, Map<String, String> clientProperties) {
    String protocol = clientProperties.getOrDefault("security.protocol", "PLAINTEXT");
    Matcher server = SERVER.matcher(bootstrapServers);
    if (!protocol.endsWith("PLAINTEXT") || !server.matches()) {
      return "";
    }
    String host = server.group(1);
    int port = Integer.parseInt(server.group(2));
    return port <= 65_535 && speaksTls(host, port)
        ? " What listens at %s:%d speaks TLS, and kafka.properties say security.protocol: %s, which is without: set %s there, and the trust store."
            .formatted(host, port, protocol, protocol.replace("PLAINTEXT", "SSL"))
        : "";
  }

  private static boolean speaksTls(String host, int port) {
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(host, port), MILLIS);
      plain.setSoTimeout(MILLIS);
      SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
      try (SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true)) {
        socket.startHandshake();
        return true;
      }
    } catch (SSLHandshakeException e) {
      // A certificate that is not trusted, or an alert, is TLS all the same.
      return !(e.getCause() instanceof EOFException);
    } catch (IOException e) {
      return false;
    }
  }
}
