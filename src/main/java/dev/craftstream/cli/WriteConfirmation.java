package dev.craftstream.cli;

import dev.craftstream.topics.kafka.KafkaSettings;

/** What a command says that wrote something for the job to decide on. */
final class WriteConfirmation {
  private WriteConfirmation() {}

  /**
   * @param what such as {@code the retirement of m, as model time 9}
   */
  static String sentence(KafkaSettings kafka, String topic, String what) {
    return "WriteConfirmation to %s: %s. If the job can't take it, %s says why."
        .formatted(topic, what, kafka.topics().deadLetters());
  }
}
