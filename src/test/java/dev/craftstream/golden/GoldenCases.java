package dev.craftstream.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.Strategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Golden cases: a model's answers in, the measured figures and the selected sets out.
 *
 * <p>There are two sets. The project's own (see {@code src/test/golden/make_cases.py}) is always
 * there. A shared one, made with the paper authors' scripts, is used as well where it is found: in
 * the folder that {@value #SETTING} names (a system property or an environment variable), else in
 * {@code ../shared/golden}.
 *
 * @param name which set this is, for test names
 * @param folder where its files lie
 * @param openEnded cases in the files' order
 * @param multipleChoice cases in the files' order
 */
public record GoldenCases(
    String name,
    Path folder,
    List<OpenEndedCase> openEnded,
    Expected openEndedExpected,
    List<MultipleChoiceCase> multipleChoice,
    Expected multipleChoiceExpected) {

  /** Names the folder of the shared set. */
  public static final String SETTING = "GOLDEN_DIR";

  private static final Path OWN = Path.of("src", "test", "resources", "golden");
  private static final Path BESIDE = Path.of("..", "shared", "golden");

  /** A sample that a checkpoint drew, and its sentence embedding. */
  public record Sample(String text, List<Double> embedding) {}

  /** An open-ended question and what either checkpoint says to it, in the order drawn. */
  public record OpenEndedCase(Question question, List<Sample> initial, List<Sample> rehearsal) {}

  /** A multiple-choice question and either checkpoint's probability of each option letter. */
  public record MultipleChoiceCase(
      Question question, List<Double> initial, List<Double> rehearsal) {}

  /**
   * What must come out.
   *
   * @param answers how many ANSWER instructions the expected selections were made for
   * @param refusals how many REFUSAL instructions
   * @param measured figures by question id
   * @param strategies candidates and selections; not every strategy is there
   */
  public record Expected(
      int answers,
      int refusals,
      Map<String, Measured> measured,
      Map<Strategy, Outcome> strategies) {}

  /**
   * A question's figures.
   *
   * @param rawTargetProbability multiple choice only; else 0
   */
  public record Measured(
      double correctness,
      double certainty,
      double rehearsalCorrectness,
      double rawTargetProbability) {}

  /**
   * What a strategy makes of all questions.
   *
   * @param answer the selected ANSWERs; empty where the strategy selects at random
   * @param refusal the selected REFUSALs; likewise
   */
  public record Outcome(
      Set<String> answerCandidates,
      Set<String> refusalCandidates,
      Optional<Selection> answer,
      Optional<Selection> refusal) {}

  /**
   * Question ids that must be taken.
   *
   * @param selected surely taken
   * @param tied equally certain at the cut-off
   * @param takeOfTied how many of {@code tied} are taken, no matter which
   */
  public record Selection(Set<String> selected, Set<String> tied, int takeOfTied) {

    /** Whether {@code taken} is right. */
    public boolean allows(Set<String> taken) {
      return taken.size() == selected.size() + takeOfTied
          && taken.containsAll(selected)
          && taken.stream().allMatch(id -> selected.contains(id) || tied.contains(id));
    }
  }

  /** The project's own set. */
  public static GoldenCases own() {
    return read("the project's own", OWN);
  }

  /** The shared set, where it is found. */
  public static Optional<GoldenCases> shared() {
    return sharedFolder().map(folder -> read("shared", folder));
  }

  /** Every set there is: the project's own and, where it is found, the shared one. */
  public static Stream<GoldenCases> all() {
    return Stream.concat(Stream.of(own()), shared().stream());
  }

  /** Why {@link #shared()} is empty, for a test that is skipped then. */
  public static String whyNoShared() {
    return "There is no shared golden set: set "
        + SETTING
        + " to its folder, or lay it at "
        + BESIDE.toAbsolutePath().normalize()
        + ".";
  }

  /** As numbers that the method takes. */
  public static double[] numbers(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The samples' embeddings, one row a sample. */
  public static double[][] embeddings(List<Sample> samples) {
    return samples.stream().map(sample -> numbers(sample.embedding())).toArray(double[][]::new);
  }

  /** The samples' texts. */
  public static List<String> texts(List<Sample> samples) {
    return samples.stream().map(Sample::text).toList();
  }

  private static Optional<Path> sharedFolder() {
    String set = System.getProperty(SETTING, System.getenv(SETTING));
    if (set != null && !set.isBlank()) {
      Path folder = Path.of(set);
      if (!Files.isDirectory(folder)) {
        throw new IllegalArgumentException(
            SETTING + " names " + folder + ", but there is no such folder.");
      }
      return Optional.of(folder);
    }
    return Optional.of(BESIDE).filter(Files::isDirectory);
  }

  private static GoldenCases read(String name, Path folder) {
    return new GoldenCases(
        name,
        folder,
        lines(folder.resolve("open_ended_cases.jsonl"), GoldenCases::openEndedCase),
        expected(folder.resolve("open_ended_expected.json")),
        lines(folder.resolve("multiple_choice_cases.jsonl"), GoldenCases::multipleChoiceCase),
        expected(folder.resolve("multiple_choice_expected.json")));
  }

  private static OpenEndedCase openEndedCase(JsonObject json) {
    Question question =
        new Question(
            json.get("question_id").getAsString(),
            Task.OPEN_ENDED,
            Purpose.TRAIN,
            json.get("question").getAsString(),
            json.get("answer").getAsString(),
            list(json.get("gold_answers"), JsonElement::getAsString),
            List.of(),
            "",
            List.of());
    return new OpenEndedCase(
        question,
        list(json.get("initial"), GoldenCases::sample),
        list(json.get("rehearsal"), GoldenCases::sample));
  }

  private static Sample sample(JsonElement json) {
    JsonObject sample = json.getAsJsonObject();
    return new Sample(
        sample.get("text").getAsString(), list(sample.get("embedding"), JsonElement::getAsDouble));
  }

  private static MultipleChoiceCase multipleChoiceCase(JsonObject json) {
    Question question =
        new Question(
            json.get("question_id").getAsString(),
            Task.MULTIPLE_CHOICE,
            Purpose.TRAIN,
            json.get("question").getAsString(),
            json.get("target").getAsString(),
            List.of(),
            list(json.get("options"), JsonElement::getAsString),
            json.get("subject").getAsString(),
            List.of());
    return new MultipleChoiceCase(
        question,
        list(json.get("initial"), JsonElement::getAsDouble),
        list(json.get("rehearsal"), JsonElement::getAsDouble));
  }

  private static Expected expected(Path file) {
    JsonObject json = JsonParser.parseString(text(file)).getAsJsonObject();
    Map<String, Measured> measured = new LinkedHashMap<>();
    json.getAsJsonObject("measured")
        .entrySet()
        .forEach(entry -> measured.put(entry.getKey(), measured(entry.getValue())));
    Map<Strategy, Outcome> strategies = new LinkedHashMap<>();
    json.getAsJsonObject("expected")
        .entrySet()
        .forEach(
            entry ->
                strategies.put(
                    Strategy.valueOf(entry.getKey()), outcome(entry.getValue().getAsJsonObject())));
    return new Expected(
        json.get("n_answer").getAsInt(),
        json.get("n_refusal").getAsInt(),
        Collections.unmodifiableMap(measured),
        Collections.unmodifiableMap(strategies));
  }

  private static Measured measured(JsonElement element) {
    JsonObject json = element.getAsJsonObject();
    return new Measured(
        json.get("correctness").getAsDouble(),
        json.get("certainty").getAsDouble(),
        json.get("rehearsal_correctness").getAsDouble(),
        json.has("raw_target_probability") ? json.get("raw_target_probability").getAsDouble() : 0);
  }

  private static Outcome outcome(JsonObject json) {
    JsonObject candidates = json.getAsJsonObject("candidates");
    return new Outcome(
        ids(candidates.getAsJsonArray("answer")),
        ids(candidates.getAsJsonArray("refusal")),
        Optional.ofNullable(json.get("answer")).map(GoldenCases::selection),
        Optional.ofNullable(json.get("refusal")).map(GoldenCases::selection));
  }

  /** Open-ended: sure and tied ids. Multiple choice, which keeps all that tie: a plain list. */
  private static Selection selection(JsonElement element) {
    if (element.isJsonArray()) {
      return new Selection(ids(element.getAsJsonArray()), Set.of(), 0);
    }
    JsonObject json = element.getAsJsonObject();
    return new Selection(
        ids(json.getAsJsonArray("selected")),
        ids(json.getAsJsonArray("tied")),
        json.get("take_of_tied").getAsInt());
  }

  private static Set<String> ids(JsonArray array) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(list(array, JsonElement::getAsString)));
  }

  private static <T> List<T> list(JsonElement array, Function<JsonElement, T> read) {
    return StreamSupport.stream(array.getAsJsonArray().spliterator(), false)
        .map(read)
        .collect(Collectors.toUnmodifiableList());
  }

  private static <T> List<T> lines(Path file, Function<JsonObject, T> read) {
    List<T> cases = new ArrayList<>();
    for (String line : text(file).split("\n", -1)) {
      if (!line.isBlank()) {
        cases.add(read.apply(JsonParser.parseString(line).getAsJsonObject()));
      }
    }
    return List.copyOf(cases);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
