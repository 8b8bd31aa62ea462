package dev.craftstream.embedded.study;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.topics.records.RecordLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyQuestionsTest {
  private static final StudyQuestions.Counts ALL = new StudyQuestions.Counts(1_600, 540, 2, 1);

  @Test
  void thereAreEnoughToTrainOnAndToTestWith() throws Exception {
    List<Question> questions = read(ALL, null);
    assertThat(questions).filteredOn(q -> q.purpose() == Purpose.TRAIN).hasSizeGreaterThan(1_500);
    assertThat(questions).filteredOn(q -> q.purpose() == Purpose.EVALUATE).hasSizeGreaterThan(500);
    assertThat(questions).extracting(Question::id).doesNotHaveDuplicates();
    assertThat(questions).extracting(Question::text).doesNotHaveDuplicates();
    assertThat(questions).allMatch(q -> q.task() == Task.OPEN_ENDED);
  }

  /** An answer is right where it holds an alias: a short one is held by everything. */
  @Test
  void noAliasIsShortOrStandsInItsQuestion() throws Exception {
    for (Question question : read(ALL, null)) {
      for (String alias : question.aliases()) {
        assertThat(alias).as(question.id()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(question.text().toLowerCase(Locale.ROOT))
            .as(question.id())
            .doesNotContain(alias.toLowerCase(Locale.ROOT));
      }
    }
  }

  /** What the continent and the currency of a country are asked of is the country. */
  @Test
  void noCountryOfTheTestIsInTheTraining() throws Exception {
    List<Question> questions = read(ALL, null);
    assertThat(countries(questions, Purpose.EVALUATE))
        .isNotEmpty()
        .doesNotContainAnyElementsOf(countries(questions, Purpose.TRAIN));
  }

  private static Set<String> countries(List<Question> questions, Purpose purpose) {
    return questions.stream()
        .filter(q -> q.purpose() == purpose)
        .filter(
            q -> Set.of("capitals", "continents", "currencies", "demonyms").contains(q.subject()))
        .map(q -> q.text().replaceAll("^.* (?:of|is|from) (?:the )?|\\?$| called\\?$", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void aSmallStudyIsAPartOfALargeOne() throws Exception {
    assertThat(read(ALL, null)).containsAll(read(new StudyQuestions.Counts(60, 30, 0, 0), null));
  }

  @Test
  void someOfNqOpenAreHopeless(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("nq.jsonl");
    Files.writeString(
        file,
        """
        {"question": "who did this", "answer": ["nobody"]}
        {"question": "who did that", "answer": ["somebody"]}
        {"question": "when was it", "answer": ["never", "not ever"]}
        {"question": "where was it", "answer": ["nowhere"]}
        """,
        UTF_8);
    List<Question> hopeless =
        read(ALL, file).stream().filter(q -> q.subject().equals(StudyQuestions.HOPELESS)).toList();
    assertThat(hopeless)
        .extracting(Question::purpose)
        .containsExactly(Purpose.TRAIN, Purpose.TRAIN, Purpose.EVALUATE);
  }

  private static List<Question> read(StudyQuestions.Counts counts, Path nqOpen) throws Exception {
    return StudyQuestions.read(counts, nqOpen, RecordLimits.DEFAULT);
  }
}
