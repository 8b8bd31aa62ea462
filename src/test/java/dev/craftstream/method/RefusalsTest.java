package dev.craftstream.method;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    assertThat(Refusals.isRefusal(text)).isTrue();
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
        "unknown",
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
    assertThat(Refusals.isRefusal(text)).isFalse();
  }

  @Test
  void aVeryLongTextIsJudgedByItsBeginning() {
    assertThat(Refusals.isRefusal("I don't know. " + "la ".repeat(100_000))).isTrue();
    assertThat(Refusals.isRefusal("sorry, ".repeat(100_000) + "I don't know")).isFalse();
  }
}
