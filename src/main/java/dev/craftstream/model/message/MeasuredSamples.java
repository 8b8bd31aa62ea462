package dev.craftstream.model.message;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Sha256;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.evidence.Evidence;

/**
 * What the measurement of a question under a model checkpoint rests on.
 *
 * @param questionId the question's id
 * @param questionVersion counts its contents from 1
 * @param questionSha256 hash of its text in UTF-8
 * @param task the question's
 * @param purpose the question's
 * @param checkpoint which model checkpoint was asked
 * @param promptVersion version of the prompt that was asked with
 * @param evidence how it was asked, and what it answered
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record MeasuredSamples(
    String questionId,
    int questionVersion,
    byte[] questionSha256,
    Task task,
    Purpose purpose,
    ModelCheckpoint checkpoint,
    String promptVersion,
    Evidence evidence) {

  public static MeasuredSamples of(
      Question question,
      int questionVersion,
      ModelCheckpoint checkpoint,
      String promptVersion,
      Evidence evidence) {
    return new MeasuredSamples(
        question.id(),
        questionVersion,
        Sha256.of(question.text()),
        question.task(),
        question.purpose(),
        checkpoint,
        promptVersion,
        evidence);
  }
}
