package dev.craftstream.method.judging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictWordTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CORRECT",
        "correct",
        " Correct.",
        "\n\nCORRECT\n",
        "**CORRECT**",
        "\"CORRECT\"",
        "(Correct)",
        "`CORRECT`!",
        "CORRECT</s>",
        "CORRECT<|im_end|>\n<|im_start|>user\nINCORRECT",
        "<think>\n\n</think>\n\nCORRECT",
        "CORRECT\r\nQuestion: Of what is the sun made?\nGiven answer: gas",
      })
  void oneWordSaysThatItIsRight(String reply) {
    assertThat(VerdictWord.read(reply)).contains(true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"INCORRECT", "incorrect.", "  *Incorrect*\n", "INCORRECT\nIt names another city."})
  void orThatItIsNot(String reply) {
    assertThat(VerdictWord.read(reply)).contains(false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " \n ",
        ".",
        "Yes",
        "The answer is correct",
        "Verdict: CORRECT",
        "CORRECT or INCORRECT",
        "CORRECT/INCORRECT",
        "CORRECT INCORRECT",
        "CORRECT, since it names Paris",
        "CORRECT? ",
        "CORRECT\nINCORRECT",
        "INCORRECT\nNo, it is correct.",
        "NOT CORRECT",
        "not\ncorrect",
        "in-correct",
        "IN CORRECT",
        "CORRECTLY",
        "INCORRECTNESS",
        "CORREC",
        "{\"verdict\": \"CORRECT\"}",
        "<think>It is CORRECT",
        "正确",
        "CОRRECT", // With a Cyrillic letter.
      })
  void allElseIsNoVerdict(String reply) {
    assertThat(VerdictWord.read(reply)).isEmpty();
  }

  @Test
  void thePlaceThatJavaIsInDoesNotMatter() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertThat(VerdictWord.read("incorrect")).contains(false);
      assertThat(VerdictWord.read("INCORRECT")).contains(false);
    } finally {
      Locale.setDefault(before);
    }
  }

  /** What has a verdict begins with its word, and has neither word again. */
  @Test
  void whateverIsSaidAVerdictStandsAloneAndFirst() {
    List<String> parts =
        List.of(
            "CORRECT",
            "INCORRECT",
            "correct",
            "in",
            "not",
            " ",
            "\n",
            "\r\n",
            ".",
            "*",
            "\"",
            "<",
            ">",
            "</s>",
            "[",
            "</think>",
            "<think>",
            "a",
            "é",
            "\uD83E",
            "\u0000",
            "{",
            "1");
    SplittableRandom random = new SplittableRandom(19);
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      StringBuilder reply = new StringBuilder();
      for (int part = random.nextInt(7); part >= 0; part--) {
        reply.append(parts.get(random.nextInt(parts.size())));
      }
      var verdict = VerdictWord.read(reply.toString());
      if (verdict.isPresent()) {
        read++;
        String lowered =
            Answers.only(reply.toString()).toLowerCase(Locale.ROOT).replace("incorrect", "!");
        String its = verdict.get() ? "correct" : "!";
        assertThat(lowered.strip().replaceAll("^[\\p{Punct}&&[^!]]*", ""))
            .as(reply.toString())
            .startsWith(its);
        assertThat(lowered.replaceAll("![*\"\\].>]*$", "!").split("correct", -1).length)
            .as(reply.toString())
            .isLessThanOrEqualTo(verdict.get() ? 2 : 1);
      }
    }
    assertThat(read).as("replies with a verdict").isGreaterThan(1_000);
  }

  @Test
  void aVeryLongReplyTakesNoLongTime() {
    assertThat(VerdictWord.read("*".repeat(1_000_000) + "CORRECT")).contains(true);
    assertThat(VerdictWord.read("CORRECT" + " ".repeat(1_000_000) + "x")).isEmpty();
    assertThat(VerdictWord.read("CORRECT\n" + "in".repeat(500_000))).contains(true);
  }
}
