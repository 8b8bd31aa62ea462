package dev.craftstream.triton.client;

import io.grpc.Context;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which of the servers requests may go to. Belongs to the gRPC context that they are made in.
 *
 * @param only the one server to ask; empty for any
 * @param avoided servers that are asked only where there is no other
 */
public record ServerChoice(String only, Set<String> avoided) {
  private static final Context.Key<ServerChoice> KEY =
      Context.keyWithDefault("server-choice", new ServerChoice("", Set.of()));

  public ServerChoice {
    avoided = Set.copyOf(avoided);
  }

  /** That server and no other; a request that can't go there fails at once. */
  public static ServerChoice only(String server) {
    return new ServerChoice(server, Set.of());
  }

  /** Any other server, as long as there is one. */
  public static ServerChoice otherThan(Set<String> servers) {
    return new ServerChoice("", servers);
  }

  static ServerChoice current() {
    return KEY.get();
  }

  /**
   * Makes requests under this choice.
   *
   * @param context what takes them back
   */
  public <T> T within(Context context, Supplier<T> asking) {
    Context chosen = context.withValue(KEY, this);
    Context before = chosen.attach();
    try {
      return asking.get();
    } finally {
      chosen.detach(before);
    }
  }
}
