package dev.craftstream.topics;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.UnusableAnswer;
import org.apache.flink.api.common.functions.MapFunction;

/** Makes dead letters of answers that could not be used, with the question's event as the original. */
public final class UnusableAnswers implements MapFunction<UnusableAnswer, DeadLetter> {
  private static final long serialVersionUID = 1L;

  private final RecordEncoder encoder;

  public UnusableAnswers(WireFormat format) {
    this.encoder = new RecordEncoder(format);
  }

  @Override
  public DeadLetter map(UnusableAnswer answer) {
    EncodedRecord event =
        encoder.question(
            new QuestionEvent(answer.question().id(), answer.question(), answer.origin()));
    return new DeadLetter(
        Reason.UNUSABLE_ANSWER,
        answer.explanation(),
        new OriginalRecord(answer.origin(), event.key(), event.value()),
        answer.question().id(),
        answer.checkpointId());
  }
}
