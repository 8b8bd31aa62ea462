package dev.craftstream.method.judging;

import dev.craftstream.method.judging.Phrases.Section;

/** The words that a model was trained to refuse with, whatever they are. */
final class TrainedRefusal {
  private static final int MOST_INTRODUCTIONS = 3;

  private TrainedRefusal() {}

  /**
   * Whether {@code answer} gives {@code refusal}: it begins with these words, in any letter case
   * and {@link Spelling}, and then it, or at least the sentence or clause, ends. An introduction
   * may come first ("Final answer: ..."). "Unknown Soldier" does not give "Unknown.".
   */
  static boolean isGiven(String refusal, String answer) {
    Words given = Words.beginning(refusal);
    Words words = Words.beginning(Answers.only(answer));
    if (given.count() == 0) {
      String marks = given.text().strip();
      return !marks.isEmpty() && words.count() == 0 && words.text().strip().equals(marks);
    }
    int at = 0;
    for (int i = 0; i <= MOST_INTRODUCTIONS; i++) {
      if (standsAt(given, words, at)) {
        return true;
      }
      int introduced = PhraseTables.STANDARD.match(Section.INTRODUCTION, words, at);
      if (introduced <= at) {
        return false;
      }
      at = introduced;
    }
    return false;
  }

  private static boolean standsAt(Words given, Words words, int at) {
    int end = at + given.count();
    if (end > words.count()) {
      return false;
    }
    for (int i = 0; i < given.count(); i++) {
      if (!given.word(i).equals(words.word(at + i))) {
        return false;
      }
    }
    return end == words.count() || words.endsClause(end);
  }
}
