package dev.craftstream.method.judging;

import dev.craftstream.method.judging.Refusals.Reading;
import dev.craftstream.model.Question;
import dev.craftstream.model.knowledge.CorrectnessRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A question's gold answer and aliases, ready to be looked for in samples.
 *
 * <p>A refusal gives none of them ("I don't know" is not right about a question whose answer is
 * "no"), but for those that read like a refusal themselves: one that says more than that (the song
 * "I Don't Know How to Love Him") is given by a sample that has it, and "unknown" by "Unknown.".
 */
final class GoldAnswers {
  private final List<Gold> golds = new ArrayList<>();
  private final Function<String, Predicate<Gold>> rule;

  private record Gold(Object form, Reading reading) {}

  private GoldAnswers(Function<String, Predicate<Gold>> rule) {
    this.rule = rule;
  }

  /** Blank ones name nothing and are passed over; so are others that the rule makes nothing of. */
  static GoldAnswers of(Question question, CorrectnessRule rule, Refusals refusals) {
    List<String> texts = new ArrayList<>(question.aliases().size() + 1);
    texts.add(question.answer());
    texts.addAll(question.aliases());
    texts.removeIf(String::isBlank);
    GoldAnswers answers =
        switch (rule) {
          case SUBSTRING -> new GoldAnswers(GoldAnswers::inLowered);
          case NORMALIZED_SUBSTRING -> new GoldAnswers(GoldAnswers::inOneSpelling);
          case WORDS -> new GoldAnswers(GoldAnswers::inWords);
          case LETTER_PROBABILITIES, CHOSEN_OPTION, JUDGE ->
              throw new IllegalArgumentException(rule + " does not look for gold answers");
        };
    for (String text : texts) {
      // Lower-cased, so that a title reads like the sentence that it is made of.
      answers.add(rule, text, refusals.read(text.toLowerCase(Locale.ROOT)));
    }
    return answers;
  }

  private void add(CorrectnessRule rule, String text, Reading reading) {
    switch (rule) {
      case WORDS -> AnswerWords.of(text).ifPresent(form -> golds.add(new Gold(form, reading)));
      case NORMALIZED_SUBSTRING -> {
        if (text.codePoints().anyMatch(Words::isInWord)) {
          golds.add(new Gold(oneSpelling(text), reading));
        }
      }
      default -> golds.add(new Gold(text.toLowerCase(Locale.ROOT), reading));
    }
  }

  /**
   * Whether the sample gives one of them.
   *
   * @param reading what {@link Refusals} makes of the sample
   */
  boolean areIn(String sample, Reading reading) {
    Predicate<Gold> given = rule.apply(sample);
    for (Gold gold : golds) {
      if ((!reading.isRefusal() || isGivenByRefusal(gold.reading(), reading)) && given.test(gold)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isGivenByRefusal(Reading gold, Reading sample) {
    return gold == Reading.REFUSAL_AND_MORE
        || gold == Reading.WORDS_OF_DOUBT && sample == Reading.WORDS_OF_DOUBT;
  }

  private static Predicate<Gold> inLowered(String sample) {
    String lowered = sample.strip().toLowerCase(Locale.ROOT);
    return gold -> lowered.contains((String) gold.form());
  }

  private static Predicate<Gold> inOneSpelling(String sample) {
    String spelt = oneSpelling(Answers.only(sample));
    return gold -> spelt.contains((String) gold.form());
  }

  private static Predicate<Gold> inWords(String sample) {
    AnswerWords.Text words = AnswerWords.text(Answers.only(sample));
    return gold -> ((AnswerWords) gold.form()).areIn(words);
  }

  private static String oneSpelling(String text) {
    return Spelling.lowered(text).strip().replaceAll("\\s+", " ");
  }
}
