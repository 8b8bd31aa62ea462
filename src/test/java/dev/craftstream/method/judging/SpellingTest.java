package dev.craftstream.method.judging;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpellingTest {

  @ParameterizedTest
  @CsvSource({
    "Malmo\\u0308, Malm\\u00f6",
    "a\\u00a0b, a b",
    "a\\u2009b, a b",
    "a\\u3000b, a b",
    "1914\\u20131918, 1914-1918",
    "\\u22125, -5",
    "don\\u2019t, don't",
    "don\\u00b4t, don't",
    "don`t, don't",
    "\\u201ca\\u201d, \"a\"",
    "\\u00aba\\u00bb, \"a\"",
    "so\\u00adft, soft",
    "a\\u200bb, ab",
    "Roe\\u200e, Roe",
    "\\ufeffRoe, Roe",
    "\\uff21\\uff22, AB",
    "\\ufb01n, fin",
    "\\u2026, ...",
    "\\u0643\\u0640\\u0644, \\u0643\\u0644",
    "o\\u200b\\u0308, \\u00f6",
    "x\\u00b2, x\\u00b2",
    "caf\\u00e9, caf\\u00e9",
    "10\\u301c20, 10\\u301c20"
  })
  void textsThatReadTheSameAreSpeltTheSame(String text, String spelt) {
    assertThat(Spelling.of(escaped(text))).isEqualTo(escaped(spelt));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "", "«É»…", "o\u200b\u0308", "ＡＢ—c"})
  void spellingAgainChangesNothing(String text) {
    assertThat(Spelling.of(Spelling.of(text))).isEqualTo(Spelling.of(text));
  }

  /** Files and reports show such characters alike, so the cases are written in escapes. */
  private static String escaped(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\u", i)) {
        plain.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
        i += 5;
      } else {
        plain.append(text.charAt(i));
      }
    }
    return plain.toString();
  }
}
