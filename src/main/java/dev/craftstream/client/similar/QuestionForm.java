package dev.craftstream.client.similar;

import static java.util.stream.Collectors.toSet;

import dev.craftstream.method.judging.PlainWords;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is compared of a question beside its embedding.
 *
 * @param question the question
 * @param words of its text
 * @param numbers those of the words that have a digit, sorted: another year is another question
 * @param golds the words of the gold answer and each alias, or of the right option
 * @param options the words of each option; empty for an open-ended question
 */
record QuestionForm(
    Question question,
    List<String> words,
    List<String> numbers,
    Set<List<String>> golds,
    Set<List<String>> options) {

  /** Of two questions with options, so many of the fewer ones have to be the same. */
  private static final double SHARED_OPTIONS = 0.5;

  static QuestionForm of(Question question) {
    List<String> words = PlainWords.of(question.text());
    boolean choice = question.task() == Task.MULTIPLE_CHOICE;
    Stream<String> golds =
        choice
            ? Stream.of(question.options().get(question.targetIndex()))
            : Stream.concat(Stream.of(question.answer()), question.aliases().stream());
    return new QuestionForm(
        question,
        words,
        words.stream().filter(word -> word.chars().anyMatch(Character::isDigit)).sorted().toList(),
        golds.map(PlainWords::of).filter(gold -> !gold.isEmpty()).collect(toSet()),
        question.options().stream().map(PlainWords::of).collect(toSet()));
  }

  /** Whether one answer is right about both. */
  boolean agreesWith(QuestionForm other) {
    return golds.stream().anyMatch(other.golds::contains);
  }

  /** Whether they can be one question by their numbers and options. */
  boolean mayBe(QuestionForm other) {
    if (!numbers.equals(other.numbers)) {
      return false;
    }
    if (options.isEmpty() || other.options.isEmpty()) {
      return true;
    }
    long shared = options.stream().filter(other.options::contains).count();
    return shared >= SHARED_OPTIONS * Math.min(options.size(), other.options.size());
  }
}
