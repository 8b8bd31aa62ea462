package dev.craftstream.cli;

import dev.craftstream.topics.KafkaSettings;

/** What a command says that wrote something for the job to decide on. */
final class Written {
  private Written() {}

  /**
   * @param what such as {@code the retirement of m, as model time 9}
   */
  static String sentence(KafkaSettings kafka, String topic, String what) {
    return "Written to %s: %s. If the job can't take it, %s says why."
        .formatted(topic, what, kafka.topics().deadLetters());
  }
}
