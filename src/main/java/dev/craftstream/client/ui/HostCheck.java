package dev.craftstream.client.ui;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which names of this server a browser may use. A page of somebody else's whose name is made to
 * point here (DNS rebinding) has a name of its own, so addresses and the names that are given are
 * all that is let in.
 */
final class HostCheck {
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");
  private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern V6 = Pattern.compile("\\[[0-9a-f:.]+(%25[\\w.-]+)?\\]");

  private final Set<String> names;

  /**
   * @param names of this server, beside {@code localhost}
   */
  HostCheck(Set<String> names) {
    this.names =
        names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  /**
   * Whether a request may be answered.
   *
   * @param host the header of that name; null where there is none
   */
  boolean allows(String host) {
    if (host == null) {
      return false;
    }
    String name = PORT.matcher(host.toLowerCase(Locale.ROOT)).replaceFirst("");
    return name.equals("localhost")
        || V4.matcher(name).matches()
        || V6.matcher(name).matches()
        || names.contains(name);
  }
}
