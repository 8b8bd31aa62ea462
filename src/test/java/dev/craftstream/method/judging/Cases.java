package dev.craftstream.method.judging;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Lines of the files of cases, in which ⏎ stands for a line break. */
final class Cases {
  private Cases() {}

  static List<String> of(String file) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Cases.class.getResourceAsStream("/judging/" + file), StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.replace('⏎', '\n'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
