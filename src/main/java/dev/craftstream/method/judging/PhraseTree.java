package dev.craftstream.method.judging;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Phrases, word by word, so that a text is compared with all of them at once. */
final class PhraseTree {
  static final int NO_MATCH = -1;

  /** No phrase has so many words that are passed over. */
  private static final int MOST_STEPS = 40;

  private final Map<String, PhraseTree> next = new HashMap<>();
  private boolean ends;
  private boolean endsWithColon;
  private boolean goesOn;

  /** Adds a phrase of {@link Phrases}. */
  void add(String phrase) {
    boolean open = phrase.endsWith("...");
    boolean colon = phrase.endsWith(":");
    Words words = Words.beginning(phrase);
    PhraseTree node = this;
    for (int i = 0; i < words.count(); i++) {
      node = node.next.computeIfAbsent(words.word(i), word -> new PhraseTree());
    }
    if (node != this) {
      node.goesOn |= open;
      node.endsWithColon |= colon;
      node.ends |= !open && !colon;
    }
  }

  /** What its phrases begin with. */
  Set<String> firstWords() {
    return next.keySet();
  }

  /**
   * The end of the longest phrase that stands at {@code from}: the position of the word behind it,
   * or {@link #NO_MATCH}.
   *
   * @param passedOver words that may stand between those of a phrase
   */
  int match(Words words, int from, PhraseTree... passedOver) {
    return behind(words, from, from, 0, false, passedOver);
  }

  /** The same for phrases that go on up to the end of a clause: there. */
  int matchClause(Words words, int from, PhraseTree... passedOver) {
    return behind(words, from, from, 0, true, passedOver);
  }

  /** The same for the phrases that go on with the word at {@code at}. */
  private int behind(
      Words words, int from, int at, int steps, boolean clause, PhraseTree... passedOver) {
    if (!words.has(at) || steps > MOST_STEPS || at > from && words.endsSentence(at)) {
      return NO_MATCH;
    }
    int end = NO_MATCH;
    PhraseTree child = next.get(words.word(at));
    if (child != null) {
      end =
          Math.max(
              child.end(words, at + 1, clause),
              child.behind(words, from, at + 1, steps + 1, clause, passedOver));
    }
    if (at > from) {
      for (PhraseTree skipped : passedOver) {
        int afterSkipped = skipped.match(words, at);
        if (afterSkipped > at) {
          end = Math.max(end, behind(words, from, afterSkipped, steps + 1, clause, passedOver));
        }
      }
    }
    return end;
  }

  /** Where a phrase ends whose last word is the one before {@code at}. */
  private int end(Words words, int at, boolean clause) {
    if (!clause) {
      return ends || endsWithColon && words.before(at).contains(":") ? at : NO_MATCH;
    }
    if (!goesOn) {
      return NO_MATCH;
    }
    int end = at;
    while (words.has(end) && !words.endsClause(end)) {
      end++;
    }
    return end;
  }
}
