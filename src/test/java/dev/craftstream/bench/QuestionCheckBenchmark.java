package dev.craftstream.bench;

import dev.craftstream.client.importing.Adjustments;
import dev.craftstream.client.importing.Choice;
import dev.craftstream.client.importing.QuestionImport;
import dev.craftstream.client.importing.ReadAs;
import dev.craftstream.client.similar.Neighbours;
import dev.craftstream.client.similar.QuestionCheck;
import dev.craftstream.client.similar.QuestionCheck.Finding;
import dev.craftstream.client.similar.QuestionCheck.Kind;
import dev.craftstream.client.similar.UnitVectors;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.triton.TextEmbedder;
import dev.craftstream.triton.client.TritonSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Prints how many planted paraphrases {@link QuestionCheck} finds among public questions, by the
 * least similarity, and what else it finds. Arguments: a Triton endpoint with {@code minilm}, how
 * many questions, and files of public questions that {@code ./craft import} reads; further ones are
 * made of these by putting another word in, and keep their answer: other questions, as close as can
 * be.
 */
public final class QuestionCheckBenchmark {
  private static final int PARAPHRASES = 1_000;
  private static final double[] THRESHOLDS = {0.7, 0.75, 0.8, 0.85, 0.9, 0.95};

  /** Words that say the same, as a pattern and what takes its place. */
  private static final List<List<String>> SYNONYMS =
      List.of(
          List.of("\\bmovie\\b", "film"),
          List.of("\\bsong\\b", "track"),
          List.of("\\btv show\\b", "television series"),
          List.of("\\bseries\\b", "show"),
          List.of("\\blargest\\b", "biggest"),
          List.of("\\bstarted?\\b", "began"),
          List.of("\\bthe us\\b", "the united states"),
          List.of("\\bbuilt\\b", "constructed"),
          List.of("\\bcome from\\b", "originate"),
          List.of("\\blocated\\b", "found"),
          List.of("\\bwon\\b", "was the winner of"),
          List.of("\\bperson\\b", "human"),
          List.of("\\bmade\\b", "produced"),
          List.of("\\bgot\\b", "received"));

  /** Beginnings that ask the same. */
  private static final List<List<String>> BEGINNINGS =
      List.of(
          List.of("^who sings (.*)", "$1 is sung by whom"),
          List.of("^who wrote (.*)", "what is the name of the author of $1"),
          List.of("^who plays (.*)", "which actor plays $1"),
          List.of("^who played (.*)", "$1 was played by which actor"),
          List.of("^who (.*)", "what is the name of the person who $1"),
          List.of("^when did (.*)", "in what year did $1"),
          List.of("^when is (.*)", "what is the date of $1"),
          List.of("^when was (.*)", "at what time was $1"),
          List.of("^where is (.*)", "in which place is $1"),
          List.of("^where (.*)", "in what location $1"),
          List.of("^how many (.*)", "what is the number of $1"),
          List.of("^what is (.*)", "$1 is what"),
          List.of("^what (.*)", "can you tell me what $1"),
          List.of("^which (.*)", "can you say which $1"),
          List.of("^(.*)", "please tell me, $1"));

  private QuestionCheckBenchmark() {}

  public static void main(String... arguments) throws Exception {
    Random random = new Random(1);
    List<Question> published = new ArrayList<>();
    int most = Integer.parseInt(arguments[1]);
    for (String file : List.of(arguments).subList(2, arguments.length)) {
      published.addAll(read(Path.of(file)));
    }
    List<Question> open = published.stream().filter(its -> its.task() == Task.OPEN_ENDED).toList();
    List<Question> all = new ArrayList<>(published);
    List<Question> paraphrases = new ArrayList<>();
    for (int i = 0; i < PARAPHRASES; i++) {
      Question question = open.get(i * open.size() / PARAPHRASES);
      paraphrases.add(other(question, "z-planted-" + question.id(), paraphrase(question.text())));
    }
    all.addAll(paraphrases);
    int swapped = 0;
    while (all.size() < most) {
      Question question = published.get(random.nextInt(published.size()));
      all.add(other(question, "z-swapped-" + swapped++, swap(question.text(), published, random)));
    }
    System.out.printf(
        "%,d published questions, %,d of them open-ended; %,d planted paraphrases; %,d with another word%n",
        published.size(), open.size(), paraphrases.size(), swapped);
    System.out.println("such as:");
    paraphrases.stream()
        .limit(400)
        .filter(its -> random.nextInt(80) == 0)
        .forEach(its -> System.out.println("  " + its.text()));

    QuestionCheck texts = new QuestionCheck(all, 0, 1);
    long start = System.nanoTime();
    float[][] vectors = embed(texts.texts(), arguments[0]);
    System.out.printf("embedded in %.0f s%n", (System.nanoTime() - start) / 1e9);
    start = System.nanoTime();
    Neighbours neighbours =
        Neighbours.approximate(vectors, vectors, QuestionCheck.NEIGHBOURS + 1, n -> {}, n -> {});
    System.out.printf("neighbours in %.0f s%n", (System.nanoTime() - start) / 1e9);
    System.out.println("   from   planted found   swapped found   published found");
    for (double threshold : THRESHOLDS) {
      Map<String, Finding> found = found(new QuestionCheck(all, threshold, 1), neighbours);
      long planted = paraphrases.stream().filter(its -> found.containsKey(its.id())).count();
      long others = found.keySet().stream().filter(id -> id.startsWith("z-swapped")).count();
      System.out.printf(
          "   %.2f   %10.1f %%   %11.1f %%   %,d%n",
          threshold,
          100.0 * planted / paraphrases.size(),
          100.0 * others / swapped,
          found.size() - planted - others);
      if (threshold == 0.75) {
        print(found);
        paraphrases.stream()
            .filter(its -> !found.containsKey(its.id()))
            .limit(20)
            .forEach(its -> System.out.println("     not found: " + line(its)));
      }
    }
  }

  private static Map<String, Finding> found(QuestionCheck check, Neighbours neighbours) {
    Map<String, Finding> found = new HashMap<>();
    for (Finding finding : check.findings(neighbours)) {
      if (finding.kind() != Kind.CONTRADICTION) {
        found.put(finding.question().id(), finding);
      }
    }
    return found;
  }

  private static void print(Map<String, Finding> found) {
    List<Finding> published =
        found.values().stream()
            .filter(its -> !its.question().id().startsWith("z-") && !its.sameWords())
            .filter(its -> !its.other().id().startsWith("z-"))
            .toList();
    System.out.printf("     of the published ones %,d in other words, such as%n", published.size());
    published.stream()
        .limit(100)
        .forEach(
            its ->
                System.out.printf(
                    "     %.3f %s [%s]%n           %s [%s]%n",
                    its.similarity(),
                    line(its.question()),
                    its.question().answer(),
                    line(its.other()),
                    its.other().answer()));
  }

  private static String line(Question question) {
    String text = question.text().replaceAll("\\s+", " ");
    return text.substring(0, Math.min(160, text.length()));
  }

  private static List<Question> read(Path file) throws Exception {
    QuestionImport source =
        new QuestionImport(
            new ReadAs.Recognised(),
            List.of(file),
            Adjustments.NONE,
            new Choice.All(),
            WireFormat.JSON,
            RecordLimits.DEFAULT,
            (writing, records, bytes, totalBytes) -> {});
    Map<String, Question> questions = new LinkedHashMap<>();
    source.write(
        source.check(),
        events -> events.forEach(event -> questions.put(event.questionId(), event.question())));
    return new ArrayList<>(questions.values());
  }

  private static Question other(Question question, String id, String text) {
    return new Question(
        id,
        question.task(),
        Purpose.TRAIN,
        text,
        question.answer(),
        question.aliases(),
        question.options(),
        question.subject(),
        question.tags());
  }

  private static String paraphrase(String text) {
    String other = text;
    for (List<String> synonym : SYNONYMS) {
      other = other.replaceFirst(synonym.get(0), synonym.get(1));
    }
    for (List<String> beginning : BEGINNINGS) {
      if (other.matches(beginning.get(0))) {
        return other.replaceFirst(beginning.get(0), beginning.get(1)) + "?";
      }
    }
    return other;
  }

  /** The text with one of its longer words replaced by one of another question. */
  private static String swap(String text, List<Question> questions, Random random) {
    String[] words = text.split(" ");
    int[] longer =
        Stream.iterate(0, i -> i < words.length, i -> i + 1)
            .filter(i -> words[i].length() > 4)
            .mapToInt(i -> i)
            .toArray();
    if (longer.length == 0) {
      return text + " elsewhere";
    }
    int at = longer[random.nextInt(longer.length)];
    String other = words[at];
    while (other.length() <= 4 || other.equals(words[at])) {
      String[] its = questions.get(random.nextInt(questions.size())).text().split(" ");
      other = its[random.nextInt(its.length)];
    }
    words[at] = other;
    return String.join(" ", words);
  }

  private static float[][] embed(List<String> texts, String endpoint) throws Exception {
    float[][] vectors = new float[texts.size()][];
    TritonSettings settings = TritonSettings.to(endpoint).build();
    try (TextEmbedder embedder = new TextEmbedder(settings, "minilm", "")) {
      embedder.awaitReady();
      embedder.embed(texts, 64, 2, (at, vector) -> vectors[at] = UnitVectors.of(vector));
    }
    return vectors;
  }
}
