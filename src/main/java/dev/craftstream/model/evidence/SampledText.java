package dev.craftstream.model.evidence;

/**
 * A text that a model gave.
 *
 * @param text all of it
 * @param answer the part that was embedded and judged; null where it is all of it
 * @param embedding the answer's, as an {@link EmbeddingPrecision} writes it; empty where none was
 *     wanted
 * @param reply what a judge model said of it; null where none was asked
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; most of a record is vectors.
public record SampledText(String text, String answer, byte[] embedding, JudgeReply reply) {

  /** What was embedded and judged. */
  public String judged() {
    return answer == null ? text : answer;
  }
}
