package dev.craftstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.craftstream.CurationJob;
import dev.craftstream.config.CurationOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;

/**
 * What the README and the pages in docs say is there: links lead somewhere, commands and their
 * options exist, and so do the job's options and the tests that are named. Commands in blocks that
 * begin with {@code ```sh run} need no servers and are run.
 */
class DocumentationTest {
  private static final Path README = Path.of("README.md");
  private static final Path SOURCES = Path.of("src/main/java/dev/craftstream");
  private static final int README_LINES = 150;

  private static final String RUN = "sh run";
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern CRAFT = Pattern.compile("\\./craft((?: [^)\\n&#]*)?)");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
  private static final Pattern TEST_CLASS =
      Pattern.compile("(?<![*\\w])[A-Z]\\w*[a-z](?:Test|IT|Benchmark)(?!\\w)(?:#\\w+)?");
  private static final Pattern PROFILE = Pattern.compile("mvn .*-P(\\w+)");

  private static List<Page> pages;

  /** A line of Markdown: text, or code in a block that begins with {@code info}. */
  private record Line(String text, boolean isCode, String info) {}

  private record Page(Path path, List<Line> lines) {
    static Page read(Path path) throws IOException {
      List<Line> lines = new ArrayList<>();
      String fence = null;
      boolean indented = false;
      boolean afterBlank = true;
      for (String line : Files.readAllLines(path, UTF_8)) {
        if (line.strip().startsWith("```")) {
          fence = fence == null ? line.strip().substring(3).strip() : null;
          lines.add(new Line("", false, ""));
          continue;
        }
        indented = line.startsWith("    ") && (indented || afterBlank);
        afterBlank = line.isBlank();
        boolean isCode = fence != null || indented;
        lines.add(new Line(line, isCode, fence == null ? "" : fence));
      }
      return new Page(path, lines);
    }

    List<String> code() {
      return lines.stream().filter(Line::isCode).map(line -> line.text().strip()).toList();
    }

    /** Code within text. */
    List<String> words() {
      return lines.stream()
          .filter(line -> !line.isCode())
          .flatMap(line -> all(CODE, line.text()).stream())
          .map(found -> found.group(1))
          .toList();
    }

    List<String> codeAndWords() {
      return Stream.concat(code().stream(), words().stream()).toList();
    }

    List<String> links() {
      return lines.stream()
          .filter(line -> !line.isCode())
          .flatMap(line -> all(LINK, CODE.matcher(line.text()).replaceAll("")).stream())
          .map(found -> found.group(1))
          .toList();
    }

    /** The headings, as GitHub makes anchors of them. */
    Set<String> anchors() {
      Set<String> anchors = new HashSet<>();
      for (Line line : lines) {
        Matcher heading = HEADING.matcher(line.text());
        if (!line.isCode() && heading.matches()) {
          anchors.add(
              heading
                  .group(1)
                  .toLowerCase(Locale.ROOT)
                  .replaceAll("[^\\p{L}\\p{N} _-]", "")
                  .replace(' ', '-'));
        }
      }
      return anchors;
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }

  @BeforeAll
  static void readPages() throws IOException {
    pages = new ArrayList<>();
    for (Path path : paths()) {
      pages.add(Page.read(path));
    }
  }

  private static List<Path> paths() throws IOException {
    List<Path> paths = new ArrayList<>(List.of(README));
    for (Path folder : List.of(Path.of("docs"), Path.of("docker"))) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(paths::add);
      }
    }
    return paths;
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Page page : pages) {
      for (String link : page.links()) {
        if (!leadsSomewhere(page, link)) {
          broken.add(page + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(pages).anySatisfy(page -> assertThat(page.links()).anyMatch(l -> l.contains("#")));
  }

  private static boolean leadsSomewhere(Page page, String link) throws IOException {
    if (link.contains("://")) {
      return URI.create(link).getScheme().equals("https");
    }
    Path target = target(page, link);
    if (!Files.exists(target)) {
      return false;
    }
    int anchor = link.indexOf('#');
    return anchor < 0 || Page.read(target).anchors().contains(link.substring(anchor + 1));
  }

  private static Path target(Page page, String link) {
    String path = link.replaceFirst("#.*", "");
    return path.isEmpty() ? page.path() : page.path().resolveSibling(path).normalize();
  }

  @Test
  void everyPageCanBeReachedFromTheReadme() throws IOException {
    Set<Path> reached = new LinkedHashSet<>(List.of(README));
    Deque<Path> next = new ArrayDeque<>(reached);
    while (!next.isEmpty()) {
      Page page = Page.read(next.remove());
      for (String link : page.links()) {
        Path target = target(page, link);
        if (!link.contains("://") && link.contains(".md") && reached.add(target)) {
          next.add(target);
        }
      }
    }
    assertThat(reached).containsAll(paths());
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(README_LINES);
  }

  @Test
  void continuousIntegrationRunsTheTestCommandOfTheReadme() throws IOException {
    List<String> script =
        Files.readAllLines(Path.of(".ci/run")).stream().filter(line -> !line.isBlank()).toList();
    String command = script.get(script.size() - 1);
    assertThat(command).startsWith("mvn ");
    assertThat(Page.read(README).code()).contains(command);
  }

  @Test
  void theNewestEntryOfTheChangelogIsThisVersion() throws IOException {
    Matcher version =
        Pattern.compile("<version>([^<]+)</version>").matcher(Files.readString(Path.of("pom.xml")));
    assertThat(version.find()).isTrue();
    assertThat(Files.readAllLines(Path.of("docs/CHANGELOG.md")))
        .filteredOn(line -> line.startsWith("## "))
        .first()
        .isEqualTo("## " + version.group(1));
  }

  /** Every {@code ./craft} command of every page. */
  static Stream<String> commands() throws IOException {
    Set<String> commands = new LinkedHashSet<>();
    for (Path path : paths()) {
      for (String code : Page.read(path).codeAndWords()) {
        all(CRAFT, code).forEach(found -> commands.add(found.group(1).strip()));
      }
    }
    return commands.stream().filter(Predicate.not(command -> command.contains("COMMAND")));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandIsAsTheCommandLineTakesIt(String command) {
    String[] arguments = arguments(command);
    assertThatCode(
            () -> {
              try {
                Craft.commandLine().parseArgs(arguments);
              } catch (MissingParameterException e) {
                // A text may name a command without what it takes.
                if (arguments.length > 1) {
                  throw e;
                }
              }
            })
        .doesNotThrowAnyException();
  }

  /** Every line of the blocks that say that they are run. */
  static Stream<String> commandsWithoutServers() throws IOException {
    List<String> commands = new ArrayList<>();
    for (Path path : paths()) {
      Page.read(path).lines().stream()
          .filter(line -> line.isCode() && line.info().equals(RUN))
          .forEach(line -> commands.add(line.text()));
    }
    return commands.stream();
  }

  @ParameterizedTest
  @MethodSource("commandsWithoutServers")
  void aCommandThatNeedsNoServersSucceeds_andPrintsTheFileThatItIsToWrite(String command)
      throws IOException {
    assertThat(command).startsWith("./craft ");
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine craft = Craft.commandLine();
    craft.setOut(new PrintWriter(out));
    craft.setErr(new PrintWriter(err));
    int status = Craft.run(craft, arguments(command.substring("./craft ".length())));
    assertThat(status).as(err.toString()).isZero();

    int file = command.indexOf(" > ");
    if (file >= 0) {
      assertThat(out).hasToString(Files.readString(Path.of(command.substring(file + 3).strip())));
    } else {
      assertThat(out.toString() + err).isNotBlank();
    }
  }

  private static String[] arguments(String command) {
    return all(WORD, command.replaceFirst(" > .*", "")).stream()
        .map(
            word ->
                Stream.of(word.group(1), word.group(2), word.group(3))
                    .filter(text -> text != null)
                    .findFirst()
                    .orElseThrow())
        .toArray(String[]::new);
  }

  @Test
  void theJobIsSubmittedWithOptionsAndFilesThatExist() {
    List<String> submissions =
        pages.stream()
            .flatMap(page -> page.code().stream())
            .filter(line -> line.startsWith("flink run "))
            .toList();
    assertThat(submissions).isNotEmpty();
    for (String line : submissions) {
      String jobs = line.substring(line.indexOf(".jar") + ".jar".length());
      CommandLine.ParseResult parsed =
          new CommandLine(new CurationJob()).parseArgs(arguments(jobs));
      assertThat((Path) parsed.matchedOptionValue("--config", null)).exists();
    }
  }

  @Test
  void everyOptionThatIsNamedExists() {
    List<String> keys = CurationOptions.all().stream().map(ConfigOption::key).toList();
    Set<String> sections = new HashSet<>();
    keys.forEach(key -> sections.add(key.substring(0, key.indexOf('.'))));
    Pattern option =
        Pattern.compile("((?:" + String.join("|", sections) + ")\\.[-a-z.*]*[a-z*])(?:[:=].*)?");
    Set<String> named = new LinkedHashSet<>();
    pages.stream()
        // The trainer's page has its own options.
        .filter(page -> !page.path().startsWith("docker/trainer"))
        .flatMap(page -> page.words().stream())
        .map(option::matcher)
        .filter(Matcher::matches)
        .map(found -> found.group(1))
        .filter(name -> !Files.isDirectory(SOURCES.resolve(name.replace('.', '/'))))
        .forEach(named::add);
    assertThat(named).hasSizeGreaterThan(20);
    assertThat(named)
        .allSatisfy(
            name ->
                assertThat(keys)
                    .as(name)
                    .anyMatch(key -> key.matches(name.replace(".", "\\.").replace("*", ".*"))));
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Set<String> sources = new HashSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        sources.add(name);
        all(Pattern.compile("void (\\w+)\\("), Files.readString(file))
            .forEach(method -> sources.add(name + "#" + method.group(1)));
      }
    }
    Set<String> named = new LinkedHashSet<>();
    pages.stream()
        .flatMap(page -> page.codeAndWords().stream())
        .flatMap(code -> all(TEST_CLASS, code).stream())
        .forEach(found -> named.add(found.group()));
    assertThat(named).contains("RecordFuzzTest#questions").isSubsetOf(sources);
  }

  @Test
  void everyMavenProfileThatIsNamedExists() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    assertThat(pages)
        .flatExtracting(Page::codeAndWords)
        .flatExtracting(code -> all(PROFILE, code))
        .extracting(found -> found.group(1))
        .isNotEmpty()
        .allSatisfy(profile -> assertThat(pom).contains("<id>" + profile + "</id>"));
  }

  private static List<MatchResult> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }
}
