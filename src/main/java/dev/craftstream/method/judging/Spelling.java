package dev.craftstream.method.judging;

import java.text.Normalizer;
import java.util.Locale;

/**
 * One spelling for texts that read the same and differ in code points.
 *
 * <p>Composed and decomposed letters are one (Unicode NFC); all spaces are blanks; dashes,
 * apostrophes and quotation marks are those of ASCII; full-width and half-width forms, ligatures,
 * Arabic presentation forms and mathematical letters are plain ones; an ellipsis is three points.
 * Marks that nobody sees (zero-width, bidirectional, soft hyphens, variation selectors, the Arabic
 * tatweel) are left out. Letter case, accents, line breaks and superscripts stay.
 */
final class Spelling {
  private static final String APOSTROPHES =
      "\u2018\u2019\u201a\u201b\u02b9\u02bb\u02bc\u02bd\u00b4`" + "\u2032\u2035\ua78c\u2039\u203a";
  private static final String QUOTATION_MARKS =
      "\u201c\u201d\u201e\u201f\u2033\u2036\u301d\u301e\u301f\u00ab\u00bb";
  private static final int LAST_ASCII = 0x7f;

  private Spelling() {}

  /** The text in that spelling; spelling it again changes nothing. */
  static String of(String text) {
    if (isPlain(text)) {
      return text;
    }
    String composed = Normalizer.normalize(text, Normalizer.Form.NFC);
    StringBuilder spelt = new StringBuilder(composed.length());
    composed.codePoints().forEach(c -> append(c, spelt));
    // Where an invisible mark stood between a letter and its accent, these are joined now.
    return Normalizer.normalize(spelt, Normalizer.Form.NFC);
  }

  /** The same in lower case, whatever the machine's language. */
  static String lowered(String text) {
    return of(text).toLowerCase(Locale.ROOT);
  }

  /** Most texts are ASCII, in which only the grave accent is written in another way here. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > LAST_ASCII || c == '`') {
        return false;
      }
    }
    return true;
  }

  private static void append(int c, StringBuilder spelt) {
    if (c == '`' || c > LAST_ASCII && APOSTROPHES.indexOf(c) >= 0) {
      spelt.append('\'');
    } else if (c <= LAST_ASCII) {
      spelt.append((char) c);
    } else if (QUOTATION_MARKS.indexOf(c) >= 0) {
      spelt.append('"');
    } else if (isWritten(c)) {
      appendSeen(c, spelt);
    }
  }

  private static void appendSeen(int c, StringBuilder spelt) {
    switch (Character.getType(c)) {
      case Character.SPACE_SEPARATOR -> spelt.append(' ');
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> spelt.append('\n');
      default -> {
        if (isDash(c)) {
          spelt.append('-');
        } else if (c == '\u2026' || isDressed(c)) {
          Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC)
              .codePoints()
              .forEach(plain -> append(plain, spelt));
        } else {
          spelt.appendCodePoint(c);
        }
      }
    }
  }

  /** The number signs of Arabic are format characters too, but are seen. */
  private static boolean isWritten(int c) {
    boolean variationSelector = c >= 0xfe00 && c <= 0xfe0f || c >= 0xe0100 && c <= 0xe01ef;
    boolean numberSign = c >= 0x600 && c <= 0x605 || c == 0x6dd || c == 0x70f || c == 0x8e2;
    return !variationSelector
        && c != 0x34f
        && c != 0x640
        && (Character.getType(c) != Character.FORMAT || numberSign);
  }

  /** All dashes but the wave dash, which stands for "about" and "to". */
  private static boolean isDash(int c) {
    return c == 0x2212
        || c == 0x2043
        || Character.getType(c) == Character.DASH_PUNCTUATION && c != 0x301c && c != 0x3030;
  }

  private static boolean isDressed(int c) {
    return c >= 0xff01 && c <= 0xffdc
        || c >= 0xfb00 && c <= 0xfdff
        || c >= 0xfe50 && c <= 0xfefc
        || c >= 0x1d400 && c <= 0x1d7ff;
  }
}
