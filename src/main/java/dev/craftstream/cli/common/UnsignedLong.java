package dev.craftstream.cli.common;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An unsigned 64-bit number. */
public final class UnsignedLong implements ITypeConverter<Long> {
  @Override
  public Long convert(String value) {
    try {
      return Long.parseUnsignedLong(value);
    } catch (NumberFormatException e) {
      throw new TypeConversionException(
          "'%s' is not a whole number from 0 to %s".formatted(value, Long.toUnsignedString(-1)));
    }
  }
}
