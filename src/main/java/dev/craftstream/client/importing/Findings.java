package dev.craftstream.client.importing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What a walk through files finds, counted in full and shown by its first ones. */
final class Findings {
  private static final int SHOWN = 10;
  private static final int EXAMPLES = 3;
  private static final int SENTENCE_CHARACTERS = 600;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}|[\\u0080-\\u009f]");

  private final Shown mistakes = new Shown();
  private final Shown repetitions = new Shown();
  private final Shown withoutAnswer = new Shown();
  private final Map<String, Remark> remarks = new LinkedHashMap<>();

  private static final class Shown {
    private final List<String> first = new ArrayList<>();
    private long count;

    void add(String sentence) {
      count++;
      if (first.size() < SHOWN) {
        first.add(onOneLine(sentence));
      }
    }
  }

  private static final class Remark {
    private final List<String> examples = new ArrayList<>();
    private long records;
    private String lastPlace = "";
  }

  void mistake(String place, String sentence) {
    mistakes.add(place + ": " + onOneLine(sentence));
  }

  void repetition(String place, String sentence) {
    repetitions.add(place + ": " + sentence);
  }

  void withoutAnswer(String place, String sentence) {
    withoutAnswer.add(place + ": " + onOneLine(sentence));
  }

  /**
   * Counts a record once, however often it is remarked on.
   *
   * @param what goes on "Records ..."
   * @param example may be empty
   */
  void remark(String what, String place, String example) {
    Remark remark = remarks.computeIfAbsent(what, key -> new Remark());
    if (!remark.lastPlace.equals(place)) {
      remark.lastPlace = place;
      remark.records++;
      if (remark.examples.size() < EXAMPLES) {
        remark.examples.add(
            onOneLine(example.isEmpty() ? place : "\"" + example + "\" (" + place + ")"));
      }
    }
  }

  long mistakes() {
    return mistakes.count;
  }

  long repetitions() {
    return repetitions.count;
  }

  long withoutAnswer() {
    return withoutAnswer.count;
  }

  List<String> shownMistakes() {
    return List.copyOf(mistakes.first);
  }

  List<String> shownRepetitions() {
    return List.copyOf(repetitions.first);
  }

  List<String> shownWithoutAnswer() {
    return List.copyOf(withoutAnswer.first);
  }

  /** A sentence for each remark. */
  List<String> shownRemarks() {
    List<String> sentences = new ArrayList<>();
    remarks.forEach(
        (what, remark) ->
            sentences.add(
                String.format(
                    Locale.ROOT,
                    "%,d records %s. %s: %s.",
                    remark.records,
                    what,
                    remark.records > remark.examples.size() ? "Among them" : "That is",
                    String.join(", ", remark.examples))));
    return sentences;
  }

  /** What a file says may be long, and may be meant for the terminal that it is shown on. */
  private static String onOneLine(String sentence) {
    String shown =
        sentence.length() <= SENTENCE_CHARACTERS
            ? sentence
            : sentence.substring(0, SENTENCE_CHARACTERS) + "… (shortened).";
    return CONTROL.matcher(shown).replaceAll("?");
  }
}
