package dev.craftstream.method.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "I don't know",
        "I don't know.",
        "  i DON'T KNOW!\n",
        "I don\u2019t know.",
        "\"I don't know.\"",
        "I do not know",
        "I dont know",
        "I really don't know",
        "I don't know the answer to that question.",
        "I don't know who wrote it, but perhaps it was Homer.",
        "Sorry, I don't know.",
        "I'm sorry, but I do not know.",
        "I am very sorry. I don't know",
        "Unfortunately, I don't know",
        "Hmm... I don't know",
        "As an AI language model, I cannot answer this.",
        "As a large language model, I don't have any information about it",
        "I'm not sure",
        "I am not certain about it",
        "I have no idea",
        "I can't say",
        "I am unable to answer that.",
        "I do not have enough information.",
        "I don't remember.",
        "I have no information about it",
        "I can't be sure",
        "Answer: I don't know.",
        "A: I don't know",
        "The answer is: I don't know",
        "don't know",
        "Do not know."
      })
  void aTextWhoseFirstWordsSayThatItDoesNotKnowIsARefusal(String text) {
    assertThat(Refusals.STANDARD.isRefusal(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "Paris",
        "Paris, but I don't know for sure",
        "The song is called 'I Don't Know How to Love Him'",
        "Don't Know Why",
        "an unknown recipient",
        "Nobody knows",
        "I know",
        "I don't knowingly lie",
        "I do not think so: no",
        "Sorry",
        "Sorry, Paris",
        "The answer is Paris",
        "A: Paris",
        "A I don't know",
        "Answer",
        "Not sure Street",
        "You don't know",
        "I",
        "Hawaii don't know"
      })
  void anythingElseIsNone(String text) {
    assertThat(Refusals.STANDARD.isRefusal(text)).isFalse();
  }

  @Test
  void aVeryLongTextIsJudgedByItsBeginning() {
    assertThat(Refusals.STANDARD.isRefusal("I don't know. " + "la ".repeat(100_000))).isTrue();
    assertThat(Refusals.STANDARD.isRefusal("sorry, ".repeat(100_000) + "I don't know")).isFalse();
  }

  private static Stream<Arguments> casesInManyLanguages() {
    List<Arguments> cases = new ArrayList<>();
    boolean refusal = false;
    for (String line : Cases.of("refusals.txt")) {
      if (line.startsWith("= ")) {
        refusal = line.equals("= refusals");
      } else {
        cases.add(Arguments.of(line, refusal));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("casesInManyLanguages")
  void textsOfManyLanguagesAreReadAsTheirSpeakersReadThem(String text, boolean refusal) {
    assertThat(Refusals.STANDARD.isRefusal(text)).isEqualTo(refusal);
  }

  @Test
  void aUsersOwnPhrasesBeginARefusalToo() {
    Refusals refusals = Refusals.with(List.of("ik weet het [echt] niet", "(geen|weinig) idee"));
    assertThat(
            List.of("Ik weet het niet.", "Ik weet het echt niet", "Geen idee!", "Sorry, geen idee"))
        .allMatch(refusals::isRefusal)
        .noneMatch(Refusals.STANDARD::isRefusal);
    assertThat(refusals.isRefusal("Ik weet het")).isFalse();
    assertThat(refusals.isRefusal("I don't know")).isTrue();
  }

  @Test
  void aPhraseWithoutAWordIsRefused() {
    assertThatThrownBy(() -> Refusals.with(List.of("[maybe]")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can be without any word");
  }

  @Test
  void ofASmallModelsAnswersNearlyAllAreReadAsAPersonReadsThem() {
    int right = 0;
    int found = 0;
    int refusals = 0;
    List<String> lines = Cases.of("answers.jsonl");
    for (String line : lines) {
      JsonObject answer = JsonParser.parseString(line).getAsJsonObject();
      boolean refusal = answer.get("refusal").getAsBoolean();
      boolean read = Refusals.STANDARD.isRefusal(answer.get("answer").getAsString());
      refusals += refusal ? 1 : 0;
      found += read ? 1 : 0;
      right += refusal && read ? 1 : 0;
    }
    assertThat(lines).hasSizeGreaterThan(300);
    assertThat((double) right / found).as("precision").isGreaterThanOrEqualTo(0.98);
    assertThat((double) right / refusals).as("recall").isGreaterThanOrEqualTo(0.98);
  }
}
