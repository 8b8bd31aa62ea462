package dev.craftstream.triton.client;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a Triton server listens for gRPC.
 *
 * @param host a host name or an address; IPv6 addresses without their brackets
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) implements Serializable {

  public Endpoint {
    if (host.isBlank() || !host.strip().equals(host) || host.matches(".*[/@\\[\\]\\s,].*")) {
      throw new IllegalArgumentException(
          "\"" + host + "\" is no host name; write a server as host:port, such as triton:8001.");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "Port "
              + port
              + " of "
              + host
              + " is not between 1 and 65535; Triton's default is 8001.");
    }
  }

  /** Reads {@code host:port} or {@code [address]:port}. */
  public static Endpoint parse(String text) {
    String stripped = text.strip();
    int colon = stripped.lastIndexOf(':');
    String host = colon < 0 ? "" : stripped.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      host = "";
    }
    int port;
    try {
      port = Integer.parseInt(stripped.substring(colon + 1));
    } catch (NumberFormatException e) {
      port = -1;
    }
    if (host.isEmpty() || port < 0) {
      throw new IllegalArgumentException(
          "\""
              + stripped
              + "\" names no server; write it as host:port, such as triton:8001 or [::1]:8001,"
              + " without http:// before it.");
    }
    return new Endpoint(host, port);
  }

  /** Reads a list that is separated by commas. */
  public static List<Endpoint> parseList(String text) {
    var endpoints = new ArrayList<Endpoint>();
    for (String part : text.split(",", -1)) {
      endpoints.add(parse(part));
    }
    return List.copyOf(endpoints);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
