package dev.craftstream.triton.client;

import io.grpc.netty.shaded.io.netty.util.internal.logging.InternalLoggerFactory;
import io.grpc.netty.shaded.io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps requests' headers, and with them the token, out of every log. At the level DEBUG gRPC's
 * transport writes all that it sends.
 */
final class WireLog {
  /** Held here, for a logger that nobody holds forgets its level. */
  private static final Logger FRAMES =
      Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyClientHandler");

  private WireLog() {}

  /**
   * Before the first connection. The transport then logs through the JDK, as the rest of gRPC does,
   * where one logger's level holds whatever the others' is.
   */
  static void withoutHeaders() {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    FRAMES.setLevel(Level.INFO);
  }
}
