package dev.craftstream.client.rules;

import com.google.protobuf.ByteString;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.v1.SampleRecord;
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

  /** Those of a record that has texts. */
  static MeasuredAnswers of(SampleRecord record, Evidence evidence) {
    int[] samples = new int[evidence.texts().size()];
    for (int text : evidence.textOfSample()) {
      samples[text]++;
    }
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < samples.length; i++) {
      answers.add(new Answer(evidence.texts().get(i).judged(), samples[i]));
    }
    return new MeasuredAnswers(
        record.getQuestionId(), record.getCheckpointId(), record.getQuestionSha256(), answers);
  }
}
