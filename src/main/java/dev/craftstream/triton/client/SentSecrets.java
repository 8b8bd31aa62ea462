package dev.craftstream.triton.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The newest secrets that were sent, for a server or a proxy may repeat them in what it says. Safe
 * for several threads.
 */
public final class SentSecrets {
  /** A request that waits for its answer may have been sent with an earlier one. */
  private static final int KEPT = 10;

  /** The newest one last. */
  private volatile List<String> secrets = List.of();

  synchronized void add(String secret) {
    if (secrets.contains(secret)) {
      return;
    }
    List<String> more = new ArrayList<>(secrets);
    more.add(secret);
    secrets = List.copyOf(more.subList(Math.max(0, more.size() - KEPT), more.size()));
  }

  /** The text with {@code ***} where a secret was. */
  String hiddenIn(String text) {
    String hidden = text;
    // The longest first: one may begin another.
    for (String secret :
        secrets.stream().sorted(Comparator.comparing(String::length).reversed()).toList()) {
      hidden = hidden.replace(secret, "***");
    }
    return hidden;
  }
}
