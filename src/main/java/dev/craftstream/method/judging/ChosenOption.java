package dev.craftstream.method.judging;

import static dev.craftstream.method.judging.PhraseTree.NO_MATCH;

import dev.craftstream.method.judging.OptionClaims.Claim;
import dev.craftstream.method.judging.Phrases.Section;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads which option an answer in words chooses.
 *
 * <p>The rule. An answer may choose
 *
 * <ol>
 *   <li>in a place that is made for it: {@code \boxed{B}}, {@code <answer>B</answer>};
 *   <li>at its beginning;
 *   <li>behind words that introduce an answer, in one of the languages that have a table ("The
 *       answer is", "Answer:", "I choose option", "答案：");
 *   <li>behind the word for an option ("Option B");
 *   <li>at the beginning of a sentence that says so ("B is correct").
 * </ol>
 *
 * <p>The first of these places in which an option is surely given is the choice. Where there is
 * none, it is the first in which a capital letter stands before other words ("B Paris seems
 * likely"). How an option is given is said by {@link OptionClaims}. An option that is turned down
 * ("Option A is wrong", "not A, but B") and two options at once ("both A and B", "B or C") are no
 * choice; what follows is read on.
 *
 * <p>A letter counts whatever follows it: "B. Rome" is B, also where Rome is the text of A. A
 * letter beyond the options is no choice. An answer that introduces a hundred answers and gives
 * none is read no further. A thought at the beginning and what follows the end of the model's turn
 * are passed over, see {@link Answers}.
 */
public final class ChosenOption {
  private static final int MOST_PLACES = 100;
  private static final Pattern MADE_FOR_IT =
      Pattern.compile("(?i)\\\\boxed\\s*\\{|<(?:final[_ -]?)?answer>");

  private ChosenOption() {}

  /**
   * The option that {@code answer} chooses, by the rule above.
   *
   * @param options texts in the order of their letters
   * @return its position, from 0; nothing where it chooses none
   */
  public static OptionalInt of(String answer, List<String> options) {
    Words words = Words.all(Answers.only(answer));
    return new Reader(words, new OptionClaims(words, options)).choice();
  }

  /** Reads one answer. */
  private static final class Reader {
    private final Words words;
    private final OptionClaims claims;
    private OptionalInt loose = OptionalInt.empty();
    private boolean turnedDown;

    Reader(Words words, OptionClaims claims) {
      this.words = words;
      this.claims = claims;
    }

    OptionalInt choice() {
      List<Integer> introduced = new ArrayList<>();
      List<Integer> named = new ArrayList<>();
      places(introduced, named);
      OptionalInt chosen = firstOf(madeForIt());
      if (chosen.isEmpty()) {
        chosen = firstOf(List.of(0));
      }
      if (chosen.isEmpty()) {
        chosen = firstOf(introduced);
      }
      if (chosen.isEmpty()) {
        chosen = firstOf(named);
      }
      if (chosen.isEmpty()) {
        chosen = atASentence();
      }
      return chosen.isEmpty() ? loose : chosen;
    }

    private List<Integer> madeForIt() {
      List<Integer> places = new ArrayList<>();
      Matcher matcher = MADE_FOR_IT.matcher(words.text());
      while (places.size() < MOST_PLACES && matcher.find()) {
        places.add(matcher.end());
      }
      return places;
    }

    /** Where introductions, and names of options, end. */
    private void places(List<Integer> introduced, List<Integer> named) {
      int i = 0;
      while (i < words.count() && introduced.size() + named.size() < MOST_PLACES) {
        int introduction = claims.match(Section.INTRODUCTION, i);
        int option = claims.match(Section.OPTION, i);
        int end = Math.max(introduction, option);
        if (end == NO_MATCH) {
          i++;
        } else {
          (introduction >= option ? introduced : named).add(words.endOf(end - 1));
          i = Math.max(end, i + 1);
        }
      }
    }

    private OptionalInt firstOf(List<Integer> places) {
      for (int place : places) {
        Claim claim = claims.at(place);
        if (claim.isTurnedDown()) {
          turnedDown = true;
          claim = claims.instead(claim);
        }
        if (claim.isFirm()) {
          return OptionalInt.of(claim.option());
        }
        if (claim.isChoice() && loose.isEmpty()) {
          loose = OptionalInt.of(claim.option());
        }
      }
      return OptionalInt.empty();
    }

    /** A sentence must say that its option is right, unless another was turned down before. */
    private OptionalInt atASentence() {
      int sentences = 0;
      for (int i = 1; i < words.count() && sentences < MOST_PLACES; i++) {
        if (!words.endsSentence(i)) {
          continue;
        }
        sentences++;
        Claim claim = claims.at(words.startOf(i));
        if (claim.isFirm() && (turnedDown || claim.isAffirmed())) {
          return OptionalInt.of(claim.option());
        }
      }
      return OptionalInt.empty();
    }
  }
}
