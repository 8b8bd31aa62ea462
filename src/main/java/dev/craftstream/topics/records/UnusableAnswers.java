package dev.craftstream.topics.records;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.message.UnusableAnswer;
import org.apache.flink.api.common.functions.MapFunction;

/**
 * Makes dead letters of answers that could not be used, with the question's event as the original.
 */
public final class UnusableAnswers implements MapFunction<UnusableAnswer, DeadLetter> {
  private static final long serialVersionUID = 1L;

  private final RecordEncoder encoder;

  public UnusableAnswers(WireFormat format) {
    this.encoder = new RecordEncoder(format);
  }

  @Override
  public DeadLetter map(UnusableAnswer answer) {
    return encoder.deadLetter(answer);
  }
}
