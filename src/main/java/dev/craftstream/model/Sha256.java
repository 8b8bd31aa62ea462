package dev.craftstream.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java platform has. */
public final class Sha256 {
  private Sha256() {}

  /** A digest to be fed in parts. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  /** The 32 bytes of the hash of {@code input}. */
  public static byte[] of(byte[] input) {
    return digest().digest(input);
  }

  /** The 32 bytes of the hash of {@code text} in UTF-8. */
  public static byte[] of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The first eight bytes of the hash, big-endian. */
  public static long first64Bits(byte[] input) {
    return ByteBuffer.wrap(of(input)).getLong();
  }
}
