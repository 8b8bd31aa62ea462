package dev.craftstream.method.judging;

import static dev.craftstream.method.judging.PhraseTree.NO_MATCH;

import dev.craftstream.method.judging.Phrases.Section;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables of all languages, ready to be compared with texts. Immutable. */
final class PhraseTables {

  /** What a refusal may begin with. */
  private static final List<Section> FIRST =
      List.of(
          Section.REFUSAL,
          Section.HEDGE,
          Section.WHOLE,
          Section.LEAD,
          Section.INTRODUCTION,
          Section.FILLER);

  /** Without phrases of a user's own. */
  static final PhraseTables STANDARD = with(List.of());

  private final List<Map<Section, PhraseTree>> languages = new ArrayList<>();
  private final Set<String> firstWords = new HashSet<>();
  private final Set<String> lastWords = new HashSet<>();

  /** By section and first word, the languages that have such a phrase. */
  private final Map<Section, Map<String, List<Map<Section, PhraseTree>>>> index =
      new EnumMap<>(Section.class);

  private PhraseTables() {}

  /** With further phrases that begin a refusal; in these, nothing is passed over. */
  static PhraseTables with(List<String> refusals) {
    PhraseTables tables = new PhraseTables();
    for (String language : Phrases.LANGUAGES) {
      Phrases phrases = Phrases.of(language);
      Map<Section, PhraseTree> trees = trees();
      for (Section section : Section.values()) {
        phrases.of(section).forEach(trees.get(section)::add);
      }
      phrases.of(Section.PREDICATE).stream().map(Words::beginning).forEach(tables::addLastWord);
      tables.languages.add(trees);
    }
    Map<Section, PhraseTree> own = trees();
    for (String phrase : refusals) {
      Phrases.expanded(phrase).forEach(own.get(Section.REFUSAL)::add);
    }
    tables.languages.add(own);
    tables.languages.forEach(tables::addToIndex);
    FIRST.forEach(section -> tables.firstWords.addAll(tables.index.get(section).keySet()));
    return tables;
  }

  private void addToIndex(Map<Section, PhraseTree> language) {
    language.forEach(
        (section, tree) -> {
          Map<String, List<Map<Section, PhraseTree>>> words =
              index.computeIfAbsent(section, s -> new HashMap<>());
          tree.firstWords()
              .forEach(word -> words.computeIfAbsent(word, w -> new ArrayList<>()).add(language));
        });
  }

  private List<Map<Section, PhraseTree>> languages(Section section, Words words, int at) {
    return words.has(at) ? index.get(section).getOrDefault(words.word(at), List.of()) : List.of();
  }

  private static Map<Section, PhraseTree> trees() {
    Map<Section, PhraseTree> trees = new EnumMap<>(Section.class);
    for (Section section : Section.values()) {
      trees.put(section, new PhraseTree());
    }
    return trees;
  }

  private void addLastWord(Words phrase) {
    lastWords.add(phrase.word(phrase.count() - 1));
  }

  /** Whether a refusal, or what may stand before one, begins with {@code word}. */
  boolean mayRefuse(String word) {
    return firstWords.contains(word);
  }

  /** Whether a phrase of {@link Section#PREDICATE} ends with {@code word}. */
  boolean mayEndPredicate(String word) {
    return lastWords.contains(word);
  }

  /**
   * The end of the longest phrase of any language at {@code at}, in which the words that a language
   * passes over may stand; or {@link PhraseTree#NO_MATCH}.
   */
  int match(Section section, Words words, int at) {
    int end = NO_MATCH;
    for (Map<Section, PhraseTree> trees : languages(section, words, at)) {
      PhraseTree tree = trees.get(section);
      PhraseTree filler = trees.get(Section.FILLER);
      int match =
          switch (section) {
            case FILLER, INNER_FILLER, SUBORDINATE, BOTH, NOT, INSTEAD, REASON ->
                tree.match(words, at);
            case INTRODUCTION, OPTION, TURNED_DOWN, AFFIRMED -> tree.match(words, at, filler);
            default -> tree.match(words, at, filler, trees.get(Section.INNER_FILLER));
          };
      end = Math.max(end, match);
    }
    return end;
  }

  /** The same for the leads that go on up to the end of a clause. */
  int matchClause(Words words, int at) {
    int end = NO_MATCH;
    for (Map<Section, PhraseTree> trees : languages(Section.LEAD, words, at)) {
      PhraseTree filler = trees.get(Section.FILLER);
      PhraseTree inner = trees.get(Section.INNER_FILLER);
      end = Math.max(end, trees.get(Section.LEAD).matchClause(words, at, filler, inner));
    }
    return end;
  }
}
