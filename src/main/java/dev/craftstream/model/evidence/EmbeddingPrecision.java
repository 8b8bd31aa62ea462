package dev.craftstream.model.evidence;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How the numbers of an embedding are kept: one after the other, little endian. */
public enum EmbeddingPrecision {
  /**
   * Half precision, 2 bytes a number: 11 significant bits. A vector whose largest number would
   * overflow or lose bits is scaled by a power of two, which changes no cosine.
   */
  FP16(Short.BYTES) {
    @Override
    void put(double value, ByteBuffer to) {
      to.putShort(HalfPrecision.of(value));
    }

    @Override
    double get(ByteBuffer from) {
      return HalfPrecision.value(from.getShort());
    }

    @Override
    int scale(double[] vector) {
      return HalfPrecision.scale(vector);
    }
  },
  /** Single precision, 4 bytes a number: exact where the server gives no more. */
  FP32(Float.BYTES) {
    @Override
    void put(double value, ByteBuffer to) {
      to.putFloat((float) value);
    }

    @Override
    double get(ByteBuffer from) {
      return from.getFloat();
    }

    @Override
    int scale(double[] vector) {
      return 0;
    }
  };

  private final int bytes;

  EmbeddingPrecision(int bytes) {
    this.bytes = bytes;
  }

  abstract void put(double value, ByteBuffer to);

  abstract double get(ByteBuffer from);

  /** The power of two that a vector is multiplied with before it is written. */
  abstract int scale(double[] vector);

  /** Writes a vector of finite numbers. */
  public byte[] encode(double[] vector) {
    ByteBuffer buffer = buffer(ByteBuffer.allocate(bytes * vector.length));
    int scale = scale(vector);
    for (double value : vector) {
      put(Math.scalb(value, scale), buffer);
    }
    return buffer.array();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException where the bytes are no whole numbers
   */
  public double[] decode(byte[] vector) {
    if (vector.length % bytes != 0) {
      throw new IllegalArgumentException(
          "An embedding has " + vector.length + " bytes, which is no multiple of " + bytes + ".");
    }
    ByteBuffer buffer = buffer(ByteBuffer.wrap(vector));
    double[] values = new double[vector.length / bytes];
    for (int i = 0; i < values.length; i++) {
      values[i] = get(buffer);
    }
    return values;
  }

  private static ByteBuffer buffer(ByteBuffer buffer) {
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }
}
