package dev.craftstream.triton.recorded;

import dev.craftstream.model.Sha256;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * By what a request is found again, as half of a SHA-256 over fields that each tell their length.
 */
final class RequestKey {
  static final int BYTES = 16;

  private final MessageDigest digest = Sha256.digest();

  private RequestKey(String kind) {
    add(kind);
  }

  /**
   * Of a request for samples or letters, but for its seeds.
   *
   * @param serving whose model is asked, by which contract and under which adapter
   */
  static byte[] of(Serving serving, Asked asked) {
    RequestKey key = model(asked.letters().isEmpty() ? "samples" : "letters", serving);
    key.add(asked.prompt());
    if (asked.letters().isEmpty()) {
      // Some contracts send it in single precision.
      key.add(Float.floatToIntBits((float) asked.temperature())).add(asked.maxTokens());
      key.add(asked.stop());
    } else if (serving.contract() == Contract.CRAFT) {
      // The others are asked for tokens, whatever the letters are.
      key.add(asked.letters());
    }
    return key.bytes();
  }

  /** Of a prompt, however the rest of the request is. */
  static byte[] ofPrompt(Serving serving, String prompt) {
    return model("prompt", serving).add(prompt).bytes();
  }

  /**
   * Of a request to a judge model.
   *
   * @param promptHash as {@link dev.craftstream.model.evidence.JudgeReply#hash} has it
   */
  static byte[] ofJudged(String model, String version, long promptHash) {
    return new RequestKey("judged").add(model).add(version).add(Long.toString(promptHash)).bytes();
  }

  /** Of a request to an embedding model. */
  static byte[] ofTexts(String model, String version, List<String> texts) {
    return new RequestKey("texts").add(model).add(version).add(texts).bytes();
  }

  private static RequestKey model(String kind, Serving serving) {
    return new RequestKey(kind)
        .add(serving.contract().name())
        .add(serving.modelName())
        .add(serving.modelVersion())
        .add(serving.adapterName());
  }

  private RequestKey add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    add(utf8.length);
    digest.update(utf8);
    return this;
  }

  private RequestKey add(List<String> texts) {
    add(texts.size());
    texts.forEach(this::add);
    return this;
  }

  private RequestKey add(int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    return this;
  }

  private byte[] bytes() {
    return Arrays.copyOf(digest.digest(), BYTES);
  }
}
