package dev.craftstream.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports of this machine's loopback address. */
public final class Ports {
  private static final String ADDRESS = "127.0.0.1";

  private Ports() {}

  /**
   * Chooses a port.
   *
   * @param wanted the one that the user asks for; null where any will do
   * @param usual taken where the user asks for none and nobody listens there
   * @param what what is to listen, and {@code option} how to give it another port, for the message
   * @throws IOException with a sentence where the wanted port is taken
   */
  public static int choose(Integer wanted, int usual, String what, String option)
      throws IOException {
    if (wanted == null) {
      return isFree(usual) ? usual : free();
    }
    if (wanted != 0 && !isFree(wanted)) {
      throw new IOException(
          "Port %d of %s is in use. Stop what listens there, or give %s another port with %s."
              .formatted(wanted, ADDRESS, what, option));
    }
    return wanted == 0 ? free() : wanted;
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
