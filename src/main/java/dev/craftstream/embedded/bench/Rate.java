package dev.craftstream.embedded.bench;

/**
 * What a client did in a while.
 *
 * @param questions that were answered
 * @param seconds that this took
 * @param processorSeconds of the client alone, over all cores
 */
record Rate(long questions, double seconds, double processorSeconds) {
  double perSecond() {
    return questions / seconds;
  }

  double perProcessorSecond() {
    return questions / processorSeconds;
  }
}
