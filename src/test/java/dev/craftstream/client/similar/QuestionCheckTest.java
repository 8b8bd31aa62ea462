package dev.craftstream.client.similar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.client.similar.QuestionCheck.Finding;
import dev.craftstream.client.similar.QuestionCheck.Kind;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuestionCheckTest {
  private final List<Question> questions = new ArrayList<>();

  /** Angles of texts, in degrees; of others each has its own direction. */
  private final Map<String, Double> angles = new LinkedHashMap<>();

  @Test
  void ofEqualWordsAndAnswersTheLeastIdStays() {
    train("c", "Who wrote Hamlet?", "Shakespeare");
    train("a", "Who wrote  \"Hamlet\"", "William Shakespeare", "Shakespeare");
    train("b", "who wrote the hamlet", "shakespeare");

    assertThat(found()).containsExactly("b DUPLICATE a", "c DUPLICATE a");
  }

  @Test
  void whatIsInTheEvaluationGoesAndNotTheQuestionOfTheEvaluation() {
    evaluate("z", "Who wrote Hamlet?", "Shakespeare");
    evaluate("y", "Who wrote Hamlet?", "Shakespeare");
    train("a", "Who wrote Hamlet?", "Shakespeare");
    train("b", "Who wrote Hamlet?", "Shakespeare");

    assertThat(found()).containsExactly("a EVALUATED y", "b EVALUATED y");
  }

  @Test
  void similarTextsSayTheSameWhereAnAnswerIsRightAboutBoth() {
    train("a", "Who wrote Hamlet?", "Shakespeare");
    train("b", "Hamlet was written by whom?", "Shakespeare");
    train("c", "Who wrote Hamlets?", "Marlowe");
    angles.put("Who wrote Hamlet?", 0.0);
    angles.put("Hamlet was written by whom?", 30.0);
    angles.put("Who wrote Hamlets?", -10.0);

    assertThat(found()).containsExactly("b DUPLICATE a", "c CONTRADICTION a");
  }

  @Test
  void whatIsNotSimilarEnoughIsAnotherQuestion() {
    train("a", "Who wrote Hamlet?", "Shakespeare");
    train("b", "Who wrote Macbeth?", "Shakespeare");
    angles.put("Who wrote Hamlet?", 0.0);
    angles.put("Who wrote Macbeth?", 40.0);

    assertThat(found()).isEmpty();
  }

  @Test
  void nothingIsLeftOutForOneThatIsLeftOutItself() {
    // Each is similar to the one before; the third is not to the first.
    train("a", "one", "x");
    train("b", "two", "x");
    train("c", "three", "x");
    angles.put("one", 0.0);
    angles.put("two", 30.0);
    angles.put("three", 60.0);

    // Numbers in words are numbers.
    assertThat(found()).isEmpty();

    questions.clear();
    train("a", "it", "x");
    train("b", "this", "x");
    train("c", "that", "x");
    angles.put("it", 0.0);
    angles.put("this", 30.0);
    angles.put("that", 60.0);

    assertThat(found()).containsExactly("b DUPLICATE a");
  }

  @Test
  void anotherNumberIsAnotherQuestion() {
    train("a", "Who won the cup of 1990?", "Germany");
    train("b", "Who won the cup of 2014?", "Germany");
    train("c", "Who won the cup of nineteen ninety?", "Germany");
    angles.put("Who won the cup of 1990?", 0.0);
    angles.put("Who won the cup of 2014?", 1.0);

    assertThat(found()).containsExactly("c DUPLICATE a");
  }

  @Test
  void equalTextsWithOtherOptionsAreOtherQuestions() {
    choice("a", "Which is true?", "A", "red", "blue", "green", "all of these");
    choice("b", "Which is true?", "D", "one", "two", "three", "red");
    choice("c", "Which is true?", "B", "blue", "red", "green", "none of these");
    choice("d", "Which is true?", "B", "red", "blue", "green", "all of these");

    assertThat(found()).containsExactly("c DUPLICATE a", "d CONTRADICTION a");
  }

  @Test
  void anAnswerWithoutALetterAgreesWithNone() {
    train("a", "Which sign is it?", "+");
    train("b", "Which sign is it?", "-");

    assertThat(found()).containsExactly("b CONTRADICTION a");
  }

  @Test
  void amongManyTextsThoseWithNamesOfTheirOwnAreOthers() {
    for (int i = 0; i < 1_000; i++) {
      train("x" + i, "What is called thing " + "abcdefghij".charAt(i % 10) + i, "x");
    }
    train("a", "What is the currency of Zambia called?", "Kwacha");
    train("b", "What is the currency of Malawi called?", "Kwacha");
    train("c", "Zambia's currency is called what?", "Kwacha");
    train("d", "What is the currency of Zambja called?", "Kwacha");
    angles.put("What is the currency of Zambia called?", 0.0);
    angles.put("What is the currency of Malawi called?", 1.0);
    angles.put("Zambia's currency is called what?", 2.0);
    angles.put("What is the currency of Zambja called?", 3.0);

    assertThat(found()).containsExactly("c DUPLICATE a", "d DUPLICATE a");
  }

  @Test
  void tagsAreGivenAndTakenAway() {
    Question question =
        train("a", "?", "x").withTags(List.of("easy", "craft:duplicate", "craft:evaluated"));
    Finding duplicate = new Finding(Kind.DUPLICATE, question, question, 1, true);
    Finding evaluated = new Finding(Kind.EVALUATED, question, question, 1, true);

    assertThat(QuestionCheck.tagged(question, null).tags()).containsExactly("easy");
    Question tagged = QuestionCheck.tagged(question, duplicate);
    assertThat(tagged.tags()).containsExactly("easy", "craft:duplicate");
    assertThat(QuestionCheck.tagged(tagged, duplicate)).isSameAs(tagged);
    assertThat(QuestionCheck.tagged(tagged, evaluated).tags())
        .containsExactly("easy", "craft:evaluated");
  }

  private List<String> found() {
    QuestionCheck check = new QuestionCheck(questions, 0.8, 0.95);
    List<String> texts = check.texts();
    float[][] vectors = new float[texts.size()][];
    for (int i = 0; i < vectors.length; i++) {
      double[] vector = new double[texts.size() + 2];
      Double angle = angles.get(texts.get(i));
      if (angle == null) {
        vector[i + 2] = 1;
      } else {
        vector[0] = Math.cos(Math.toRadians(angle));
        vector[1] = Math.sin(Math.toRadians(angle));
      }
      vectors[i] = UnitVectors.of(vector);
    }
    return check.findings(Neighbours.exact(vectors, vectors, 5, n -> {})).stream()
        .map(its -> its.question().id() + " " + its.kind() + " " + its.other().id())
        .toList();
  }

  private Question train(String id, String text, String... answers) {
    return add(id, Task.OPEN_ENDED, Purpose.TRAIN, text, answers[0], answers, List.of());
  }

  private void evaluate(String id, String text, String... answers) {
    add(id, Task.OPEN_ENDED, Purpose.EVALUATE, text, answers[0], answers, List.of());
  }

  private void choice(String id, String text, String target, String... options) {
    add(id, Task.MULTIPLE_CHOICE, Purpose.TRAIN, text, target, new String[1], List.of(options));
  }

  private Question add(
      String id,
      Task task,
      Purpose purpose,
      String text,
      String answer,
      String[] answers,
      List<String> options) {
    List<String> aliases = Arrays.asList(answers).subList(1, answers.length);
    Question question =
        new Question(id, task, purpose, text, answer, aliases, options, "", List.of());
    questions.add(question);
    return question;
  }
}
