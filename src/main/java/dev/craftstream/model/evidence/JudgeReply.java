package dev.craftstream.model.evidence;

import dev.craftstream.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a judge model said of an answer.
 *
 * @param isCorrect whether it said that the answer is right
 * @param text its reply as it gave it
 * @param promptHash {@linkplain #hash names} the prompt that it was asked with
 */
public record JudgeReply(boolean isCorrect, String text, long promptHash) {

  /** The first 8 bytes of the SHA-256 of a prompt in UTF-8. */
  public static long hash(String prompt) {
    byte[] digest = Sha256.digest().digest(prompt.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(digest).getLong();
  }
}
