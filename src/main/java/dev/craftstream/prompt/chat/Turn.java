package dev.craftstream.prompt.chat;

import java.util.Locale;

/** What somebody says in a conversation. */
public record Turn(Role role, String text) {

  /** Who says it. */
  public enum Role {
    SYSTEM,
    USER,
    ASSISTANT;

    /** As messages name it. */
    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static Turn system(String text) {
    return new Turn(Role.SYSTEM, text);
  }

  public static Turn user(String text) {
    return new Turn(Role.USER, text);
  }

  public static Turn assistant(String text) {
    return new Turn(Role.ASSISTANT, text);
  }
}
