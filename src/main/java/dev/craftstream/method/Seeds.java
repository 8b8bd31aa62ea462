package dev.craftstream.method;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The seeds that samples are drawn with: the same for a retry, a restore and a re-run, so that
 * asking again gives the same labels wherever the model server honours seeds.
 */
public final class Seeds {

  private Seeds() {}

  /**
   * Seed of one sample: the first eight bytes of a SHA-256, big-endian, without the sign bit. The
   * hashed bytes are the question's id, its version, the checkpoint's id and the sample's number;
   * an id is its UTF-8 length in four bytes and its UTF-8 bytes, a number is four bytes, all
   * big-endian. So no two different inputs share their bytes.
   *
   * @param questionVersion counts the question's contents from 1
   * @param sample counts from 0
   * @return 0 to 2^63 - 1
   */
  public static long seed(String questionId, int questionVersion, String checkpointId, int sample) {
    byte[] question = questionId.getBytes(StandardCharsets.UTF_8);
    byte[] checkpoint = checkpointId.getBytes(StandardCharsets.UTF_8);
    ByteBuffer input = ByteBuffer.allocate(4 * Integer.BYTES + question.length + checkpoint.length);
    input.putInt(question.length).put(question);
    input.putInt(questionVersion);
    input.putInt(checkpoint.length).put(checkpoint);
    input.putInt(sample);
    return ByteBuffer.wrap(sha256(input.array())).getLong() & Long.MAX_VALUE;
  }

  private static byte[] sha256(byte[] input) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(input);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
