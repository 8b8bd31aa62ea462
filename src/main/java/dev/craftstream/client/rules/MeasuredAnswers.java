package dev.craftstream.client.rules;

import com.google.protobuf.ByteString;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.evidence.SampledText;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.v1.SampleRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model checkpoint answered to an open-ended question, of the topic {@code samples}.
 *
 * @param questionSha256 of the question's text, 32 bytes
 * @param answers distinct, in the order in which they came first; at least one
 * @param judge the judge model that was asked about them; null where none was
 */
public record MeasuredAnswers(
    String questionId,
    String checkpointId,
    ByteString questionSha256,
    List<Answer> answers,
    JudgeModel judge) {

  /**
   * An answer.
   *
   * @param text what was judged
   * @param samples how often it was sampled, at least 1
   * @param isRight what the judge model said of it; null where it was not asked
   */
  public record Answer(String text, int samples, Boolean isRight) {}

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
      SampledText text = evidence.texts().get(i);
      answers.add(
          new Answer(
              text.judged(), samples[i], text.reply() == null ? null : text.reply().isCorrect()));
    }
    return new MeasuredAnswers(
        record.getQuestionId(),
        record.getCheckpointId(),
        record.getQuestionSha256(),
        answers,
        evidence.judge());
  }
}
