package dev.craftstream.config;

/** What is done with questions that hold control tokens of the chat template. */
public enum ControlTokens {
  REFUSE,
  ALLOW
}
