package dev.craftstream.method.judging;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The phrases of a language that judging knows, from the table {@code judging/LANGUAGE.txt}.
 *
 * <p>A line {@code = refusal} begins a {@link Section}; each line below it is a phrase, in which
 * {@code (a|b)} stands for either, {@code [a]} may be left out, and {@code $name} stands for what a
 * line {@code $name = ...} says. A blank beside an apostrophe is none. A phrase that ends with
 * {@code ...} goes on up to the next comma or the end of the sentence; one that ends with a colon
 * has a colon behind it. {@code #} begins a comment.
 */
final class Phrases {

  /** The languages that have a table. */
  static final List<String> LANGUAGES =
      List.of("en", "zh", "es", "fr", "de", "ja", "ar", "pt", "hi", "ru", "it", "ko");

  /** What a phrase is for. */
  enum Section {
    /** Says that the model does not know or does not answer, whatever follows. */
    REFUSAL,
    /** Says so only where it is the whole answer. */
    WHOLE,
    /** Ends a first clause, whatever its subject: "... is not known". */
    PREDICATE,
    /** Begins a clause that says nothing by itself, whatever its predicate. */
    SUBORDINATE,
    /** Says that the model is not sure, so that an answer may follow behind a contrast. */
    HEDGE,
    /** Introduces what is answered behind a hedge. */
    CONTRAST,
    /** May stand before a refusal. */
    LEAD,
    /** Introduces an answer: may stand before a refusal, and an option stands behind it. */
    INTRODUCTION,
    /** Names an option before its letter; else as an introduction. */
    OPTION,
    /** Words that are passed over before and in a refusal. */
    FILLER,
    /** Words that are passed over in a refusal. */
    INNER_FILLER,
    /** Behind an option: turns it down. */
    TURNED_DOWN,
    /** Before an option: turns it down. */
    NOT,
    /** Behind an option that was turned down: another follows. */
    INSTEAD,
    /** Behind an option: says why, so that its text ends before it. */
    REASON,
    /** Behind an option: says that it is the right one. */
    AFFIRMED,
    /** Between two options: both are named. */
    BOTH
  }

  private final Map<Section, List<String>> phrases;

  private Phrases(Map<Section, List<String>> phrases) {
    this.phrases = phrases;
  }

  /** All phrases of a section, each written out. */
  List<String> of(Section section) {
    return phrases.getOrDefault(section, List.of());
  }

  /** The table of a language. */
  static Phrases of(String language) {
    Map<Section, List<String>> phrases = new EnumMap<>(Section.class);
    Map<String, String> names = new HashMap<>();
    Section section = null;
    for (String line : lines(language)) {
      if (line.startsWith("=")) {
        section = Section.valueOf(line.substring(1).strip().toUpperCase(Locale.ROOT));
      } else if (line.startsWith("$") && line.contains(" = ")) {
        String[] named = line.split(" = ", 2);
        names.put(named[0].strip(), named[1].strip());
      } else {
        phrases.computeIfAbsent(section, s -> new ArrayList<>()).addAll(expanded(line, names));
      }
    }
    return new Phrases(phrases);
  }

  private static List<String> lines(String language) {
    String name = "/judging/" + language + ".txt";
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Phrases.class.getResourceAsStream(name), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String stripped = line.split("#", 2)[0].strip();
        if (!stripped.isEmpty()) {
          lines.add(stripped);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }

  /**
   * A phrase in all its forms.
   *
   * @throws IllegalArgumentException where its brackets do not match
   */
  static List<String> expanded(String phrase) {
    return expanded(phrase, Map.of());
  }

  private static List<String> expanded(String phrase, Map<String, String> names) {
    String pattern = phrase;
    while (pattern.contains("$")) {
      String before = pattern;
      for (Map.Entry<String, String> name : names.entrySet()) {
        pattern =
            pattern.replaceAll(
                Pattern.quote(name.getKey()) + "(?![a-z])",
                Matcher.quoteReplacement(name.getValue()));
      }
      if (before.equals(pattern)) {
        throw new IllegalArgumentException("The phrase \"" + phrase + "\" has an unknown name.");
      }
    }
    Expansion expansion = new Expansion(pattern);
    List<String> forms = expansion.alternatives();
    if (expansion.at < pattern.length()) {
      throw new IllegalArgumentException(
          "The phrase \"" + phrase + "\" has a closing bracket too many.");
    }
    return forms.stream().map(Phrases::joined).distinct().toList();
  }

  /** Without the blanks that what is left out leaves, and those beside an apostrophe. */
  private static String joined(String form) {
    return form.strip().replace("  ", " ").replace("  ", " ").replace(" '", "'").replace("' ", "'");
  }

  /** Reads a pattern from left to right. */
  private static final class Expansion {
    private final String pattern;
    private int at;

    Expansion(String pattern) {
      this.pattern = pattern;
    }

    List<String> alternatives() {
      List<String> all = new ArrayList<>(sequence());
      while (at < pattern.length() && pattern.charAt(at) == '|') {
        at++;
        all.addAll(sequence());
      }
      return all;
    }

    private List<String> sequence() {
      List<String> forms = List.of("");
      while (at < pattern.length() && "|)]".indexOf(pattern.charAt(at)) < 0) {
        char c = pattern.charAt(at);
        List<String> next = List.of();
        if (c == '(' || c == '[') {
          at++;
          next = new ArrayList<>(alternatives());
          if (at == pattern.length() || pattern.charAt(at) != (c == '(' ? ')' : ']')) {
            throw new IllegalArgumentException(
                "The phrase \"" + pattern + "\" has a bracket that is not closed.");
          }
          at++;
          if (c == '[') {
            next.add("");
          }
        } else {
          next = List.of(literal());
        }
        forms = joined(forms, next);
      }
      return forms;
    }

    private String literal() {
      int from = at;
      while (at < pattern.length() && "()[]|".indexOf(pattern.charAt(at)) < 0) {
        at++;
      }
      return pattern.substring(from, at);
    }

    private static List<String> joined(List<String> forms, List<String> next) {
      List<String> joined = new ArrayList<>(forms.size() * next.size());
      for (String form : forms) {
        for (String end : next) {
          joined.add(form + end);
        }
      }
      return joined;
    }
  }
}
