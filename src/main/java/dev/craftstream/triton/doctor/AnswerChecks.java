package dev.craftstream.triton.doctor;

import static dev.craftstream.triton.doctor.Finding.fault;
import static dev.craftstream.triton.doctor.Finding.remark;
import static dev.craftstream.triton.doctor.Finding.well;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What answers show of the model that gave them. */
final class AnswerChecks {
  /** Letters that have less of the probability together are not what the model is about to say. */
  private static final double HALF_OF_THE_MASS = 0.5;

  private static final double MOST_OF_THE_MASS = 0.9;
  private static final int LONGEST_SHOWN = 60;
  private static final double UNIT_TOLERANCE = 1e-3;

  /** As the templates of ChatML, Llama, Gemma, Mistral, Phi and DeepSeek have them. */
  private static final Pattern CONTROL_TOKEN =
      Pattern.compile("<\\|[a-z_]+\\|>|<(start|end)_of_turn>|\\[/?INST]|</?s>");

  private static final Pattern THOUGHTS =
      Pattern.compile("</?think(ing)?>", Pattern.CASE_INSENSITIVE);

  private AnswerChecks() {}

  /** What is wrong with texts, whatever they say; nothing where all is well. */
  static Optional<Finding> texts(String check, List<String> texts) {
    if (texts.stream().allMatch(String::isBlank)) {
      return Optional.of(
          fault(
              check,
              texts.size() == 1 ? "The answer is empty." : "All samples are empty.",
              "Check what the model's own generation settings make it stop at, and that the prompt's"
                  + " form suits it: a chat model may end at once where its template is missing."));
    }
    Optional<String> thoughts = first(THOUGHTS, texts);
    if (thoughts.isPresent()) {
      return Optional.of(
          fault(
              check,
              "The model thinks aloud ("
                  + thoughts.get()
                  + "): a gold answer in its thoughts counts.",
              "Serve it without thoughts, or another model."));
    }
    Optional<String> token = first(CONTROL_TOKEN, texts);
    if (token.isPresent()) {
      return Optional.of(
          fault(
              check,
              "Answers hold the control token "
                  + token.get()
                  + ", which is judged and embedded too.",
              "Let the server skip special tokens, or end answers there: query.stop and"
                  + " evaluation.stop with \""
                  + token.get()
                  + "\"."));
    }
    long goOn = texts.stream().filter(text -> text.strip().contains("\n")).count();
    if (2 * goOn > texts.size()) {
      return Optional.of(
          remark(
              check,
              goOn + " of " + texts.size() + " answers go on after their first line.",
              "Where an answer is one line, query.stop and evaluation.stop of [\"\\n\"] end it there:"
                  + " faster, and no chatter in the certainty."));
    }
    return Optional.empty();
  }

  private static Optional<String> first(Pattern pattern, List<String> texts) {
    return texts.stream()
        .map(pattern::matcher)
        .filter(Matcher::find)
        .map(Matcher::group)
        .findFirst();
  }

  /**
   * Whether seeds are honoured.
   *
   * @param once samples of a question with many answers
   * @param again those of the same request
   * @param others those with other seeds
   */
  static Finding seeds(List<String> once, List<String> again, List<String> others) {
    int all = once.size();
    long same = IntStream.range(0, all).filter(k -> once.get(k).equals(again.get(k))).count();
    Set<String> different =
        new HashSet<>(Stream.of(once, again, others).flatMap(List::stream).toList());
    if (different.size() == 1) {
      return fault(
          "seeds",
          "All %d samples of a question with many answers are %s, whatever the seed."
              .formatted(3 * all, shown(once.get(0))),
          "Make the model draw with the temperature and the seeds that it is sent; as it is, certainty"
              + " is the same for all questions.");
    }
    String repeated = "%d of %d samples came again with the same seeds".formatted(same, all);
    if (same == all) {
      return well("seeds", repeated + ", and other seeds gave others.");
    }
    if (2 * same >= all) {
      return remark(
          "seeds",
          repeated + "; batches of other sizes round differently.",
          "A question that is asked again may get a slightly different correctness.");
    }
    return fault(
        "seeds",
        repeated + ".",
        "Make the model draw with the seeds that it is sent: labels of questions that are asked again,"
            + " such as after a restart, change by chance otherwise.");
  }

  /**
   * How embeddings are.
   *
   * @param texts what was embedded
   * @param vectors one a text
   */
  static Finding embeddings(List<String> texts, List<double[]> vectors) {
    int dimension = vectors.get(0).length;
    double[] norms =
        vectors.stream()
            .mapToDouble(v -> Math.sqrt(DoubleStream.of(v).map(x -> x * x).sum()))
            .toArray();
    double least = DoubleStream.of(norms).min().orElseThrow();
    double most = DoubleStream.of(norms).max().orElseThrow();
    String numbers = dimension == 1 ? "1 number" : dimension + " numbers";
    if (dimension == 1) {
      return fault(
          "embeddings",
          "An embedding is of 1 number: any two texts are the same or opposite.",
          "Serve a sentence embedding model, such as minilm.");
    }
    for (int i = 0; i < texts.size(); i++) {
      if (norms[i] == 0 && !texts.get(i).isBlank()) {
        return fault(
            "embeddings",
            "The embedding of " + shown(texts.get(i)) + " is all zeros.",
            "Check the embedding model with a text of your own.");
      }
    }
    if (new HashSet<>(texts).size() > 1
        && vectors.stream().allMatch(v -> Arrays.equals(v, vectors.get(0)))) {
      return fault(
          "embeddings",
          "Different texts have one and the same embedding.",
          "Check the embedding model with texts of your own; as it is, certainty is 1 for all"
              + " questions.");
    }
    if (most > 1 + UNIT_TOLERANCE || least < 1 - UNIT_TOLERANCE) {
      return remark(
          "embeddings",
          String.format(
              Locale.ROOT,
              "Embeddings are of %s and %.3f to %.3f long; the job brings them to length 1.",
              numbers,
              least,
              most),
          "Nothing is to be done, unless other programs expect unit vectors of the model.");
    }
    return well("embeddings", "Embeddings are unit vectors of " + numbers + ".");
  }

  /**
   * Whether a letter is what the model is about to say.
   *
   * @param mass the letters' probability together
   * @param withoutBlank the same with the blanks at the prompt's end cut; negative where unknown
   * @param unseen what all tokens have together that the server does not tell
   */
  static Finding letters(double mass, double withoutBlank, double unseen) {
    String found =
        "The letters have %s of the probability together%s."
            .formatted(
                percent(mass),
                unseen > 0 ? ", " + percent(unseen) + " were not told by the server" : "");
    if (mass >= MOST_OF_THE_MASS) {
      return well("multiple-choice", found);
    }
    if (mass >= HALF_OF_THE_MASS) {
      return remark(
          "multiple-choice",
          found,
          "Certainty also measures what is missing to 100 %. Where that is too much, set"
              + " query.multiple-choice.certainty to NORMALIZED_OPTION_ENTROPY.");
    }
    if (withoutBlank >= HALF_OF_THE_MASS) {
      return fault(
          "multiple-choice",
          found
              + " With the blank at the prompt's end cut they have "
              + percent(withoutBlank)
              + ".",
          "Make the model cut blanks at the prompt's end before it weighs options: to most tokenizers"
              + " the blank belongs to the letter.");
    }
    return fault(
        "multiple-choice",
        found,
        "The model is about to say something else than a letter. A chat model may want its template"
            + " around the prompt; query.multiple-choice.instruction can ask for a letter; a model that"
            + " is too small for multiple choice should be asked open-ended questions alone.");
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** A text, short enough for a line. */
  static String shown(String text) {
    return "\"" + cut(text, LONGEST_SHOWN) + "\"";
  }

  /** On one line, at most so many characters of it. */
  static String cut(String text, int most) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= most ? line : line.substring(0, most) + "..";
  }

  /** All samples, such as for a set of them. */
  static <T> List<T> together(List<T> one, List<T> other) {
    List<T> both = new ArrayList<>(one);
    both.addAll(other);
    return both;
  }
}
