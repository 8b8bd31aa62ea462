package dev.craftstream.torture;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP connection that can be bad: it listens on a port of 127.0.0.1 and passes on what comes to
 * another port, in both directions, slowly, or not at all.
 */
final class TcpProxy implements Closeable {
  private static final int CHUNK_BYTES = 1 << 10;

  /** How it treats what is sent. */
  enum Mode {
    /** Passes all of it on. */
    WHOLE,
    /** Passes {@link #SLOW_BYTES_PER_SECOND} in each direction of each connection. */
    SLOW,
    /** Resets the connections that are there and those that come. */
    CUT,
    /**
     * Swallows what is sent and says nothing. A connection that was muted stays so for ever, as one
     * whose other end vanished: only new ones are whole again.
     */
    MUTE
  }

  static final int SLOW_BYTES_PER_SECOND = 8 << 10;

  private final ServerSocket listener;
  private final int target;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile Mode mode = Mode.WHOLE;

  private TcpProxy(ServerSocket listener, int target) {
    this.listener = listener;
    this.target = target;
  }

  /** Starts to listen on a free port. */
  static TcpProxy to(int target) throws IOException {
    ServerSocket listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    TcpProxy proxy = new TcpProxy(listener, target);
    daemon("proxy-accept", proxy::accept);
    return proxy;
  }

  String endpoint() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  void set(Mode value) {
    mode = value;
    if (value == Mode.CUT) {
      connections.forEach(Connection::reset);
    } else if (value == Mode.MUTE) {
      connections.forEach(connection -> connection.mute = true);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Connection connection = new Connection(listener.accept());
        connections.add(connection);
        connection.start();
      } catch (IOException e) {
        // It was closed, or the target is not there: the client sees its connection end.
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    connections.forEach(Connection::reset);
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private final class Connection {
    private final Socket client;
    private final Socket server = new Socket();
    private volatile boolean mute = mode == Mode.MUTE;

    Connection(Socket client) {
      this.client = client;
    }

    void start() throws IOException {
      try {
        if (mode == Mode.CUT) {
          throw new IOException("The connection is cut.");
        }
        server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 5_000);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
      } catch (IOException e) {
        reset();
        throw e;
      }
      daemon("proxy-up", () -> pass(client, server));
      daemon("proxy-down", () -> pass(server, client));
    }

    private void pass(Socket from, Socket to) {
      byte[] chunk = new byte[CHUNK_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          if (mode == Mode.SLOW) {
            Thread.sleep(1_000L * read / SLOW_BYTES_PER_SECOND);
          }
          if (!mute) {
            out.write(chunk, 0, read);
          }
        }
      } catch (IOException e) {
        // One of the two is gone.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (!mute || from == client) {
        reset();
      }
    }

    /** Both ends see that it is over. */
    void reset() {
      connections.remove(this);
      for (Socket socket : new Socket[] {client, server}) {
        try {
          socket.setSoLinger(true, 0);
        } catch (IOException e) {
          // It is closed already.
        }
        try {
          socket.close();
        } catch (IOException e) {
          // As good as closed.
        }
      }
    }
  }
}
