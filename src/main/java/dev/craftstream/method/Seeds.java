package dev.craftstream.method;

import dev.craftstream.model.Sha256;
import dev.craftstream.model.label.Label;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * All that looks like chance, as hashes: the same for a retry, a restore and a re-run, at any
 * parallelism. Asking again draws the same samples wherever the model server honours seeds, and
 * selecting again takes the same questions.
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
    return Sha256.first64Bits(input.array()) & Long.MAX_VALUE;
  }

  /**
   * A question's place in a random order: the first eight bytes of a SHA-256 over the seed and the
   * id, coded as above; to be compared unsigned.
   */
  public static long order(long seed, String questionId) {
    byte[] question = questionId.getBytes(StandardCharsets.UTF_8);
    ByteBuffer input = ByteBuffer.allocate(Long.BYTES + question.length);
    input.putLong(seed).put(question);
    return Sha256.first64Bits(input.array());
  }

  /**
   * One draw with replacement, from a SHA-256 over the seed, the dataset's id, the label's name and
   * the draw's number, coded as above.
   *
   * @param draw counts from 0
   * @param from how many there are to draw from, at least 1
   * @return 0 to {@code from} - 1; uniform but for a part in 2^63 / {@code from}
   */
  static int draw(long seed, String datasetId, Label label, int draw, int from) {
    byte[] dataset = datasetId.getBytes(StandardCharsets.UTF_8);
    byte[] name = label.name().getBytes(StandardCharsets.UTF_8);
    ByteBuffer input =
        ByteBuffer.allocate(Long.BYTES + 3 * Integer.BYTES + dataset.length + name.length);
    input.putLong(seed);
    input.putInt(dataset.length).put(dataset);
    input.putInt(name.length).put(name);
    input.putInt(draw);
    return (int) ((Sha256.first64Bits(input.array()) & Long.MAX_VALUE) % from);
  }
}
