package dev.craftstream.prompt;

import dev.craftstream.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Names a prompt by its texts. */
final class PromptVersion {
  private static final int BYTES = 4;

  private PromptVersion() {}

  /** Eight hexadecimal digits that differ (but for chance) where any of the texts differs. */
  static String hash(String... texts) {
    MessageDigest digest = Sha256.digest();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }
}
