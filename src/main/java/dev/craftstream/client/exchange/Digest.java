package dev.craftstream.client.exchange;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The first 8 bytes of SHA-256. */
final class Digest {
  private Digest() {}

  static String hex(String text) {
    return HexFormat.of().toHexDigits(number(text.getBytes(StandardCharsets.UTF_8)));
  }

  static long number(byte[] bytes) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
