package dev.craftstream.client.rules;

import com.google.protobuf.ByteString;
import dev.craftstream.v1.SampleRecord;
import dev.craftstream.v1.SampledText;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model checkpoint answered to an open-ended question, of the topic {@code samples}.
 *
 * @param questionSha256 of the question's text, 32 bytes
 * @param answers distinct, in the order in which they came first; at least one
 */
public record MeasuredAnswers(
    String questionId, String checkpointId, ByteString questionSha256, List<Answer> answers) {

  /**
   * An answer.
   *
   * @param text what was judged
   * @param samples how often it was sampled, at least 1
   */
  public record Answer(String text, int samples) {}

  public MeasuredAnswers {
    answers = List.copyOf(answers);
  }

  /** Those of a record; none where the record lacks its texts. */
  static MeasuredAnswers of(SampleRecord record) {
    int[] samples = new int[record.getTextsCount()];
    record.getTextOfSampleList().forEach(text -> samples[text]++);
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < samples.length; i++) {
      SampledText text = record.getTexts(i);
      answers.add(new Answer(text.hasAnswer() ? text.getAnswer() : text.getText(), samples[i]));
    }
    return new MeasuredAnswers(
        record.getQuestionId(), record.getCheckpointId(), record.getQuestionSha256(), answers);
  }
}
