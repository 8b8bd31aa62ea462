package dev.craftstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pages, and parts of pages, that are made from the code. A test that finds one stale says how to
 * write it anew: run the test with {@code -Ddocs.update=true}.
 */
public final class Documentation {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Pattern JAVADOC = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);

  private Documentation() {}

  /** Asserts that a page is what the code says. */
  public static void assertGenerated(Path page, String content) throws IOException {
    if (Boolean.getBoolean("docs.update")) {
      Files.writeString(page, content, UTF_8);
    }
    assertThat(Files.readString(page, UTF_8))
        .as("%s; -Ddocs.update=true writes it anew", page)
        .isEqualTo(content);
  }

  /**
   * Asserts that a part of a page is what the code says.
   *
   * @param part stands between the comments {@code <!-- part: generated -->} and {@code <!-- end
   *     -->}
   */
  public static void assertGenerated(Path page, String part, String content) throws IOException {
    String text = Files.readString(page, UTF_8);
    Matcher found =
        Pattern.compile(
                "(?<=<!-- " + Pattern.quote(part) + ": generated -->\n\n).*?(?=\n<!-- end -->)",
                Pattern.DOTALL)
            .matcher(text);
    assertThat(found.find()).as("%s has a generated part %s", page, part).isTrue();
    assertGenerated(page, text.substring(0, found.start()) + content + text.substring(found.end()));
  }

  /** What package-info.java says of a package, as one line of Markdown. */
  public static String packageDescription(String name) throws IOException {
    Path file = SOURCES.resolve(name.replace('.', '/')).resolve("package-info.java");
    Matcher javadoc = JAVADOC.matcher(Files.readString(file, UTF_8));
    assertThat(javadoc.find()).as("%s has a description", file).isTrue();
    return javadoc
        .group(1)
        .lines()
        .map(line -> line.strip().replaceFirst("^\\*\\s?", ""))
        .filter(line -> !line.isBlank())
        .collect(joining(" "))
        .replaceAll("\\{@(?:code|link) ([^}]*)}", "`$1`")
        .strip();
  }
}
