package dev.craftstream.method.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.method.judging.Phrases.Section;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Each phrase of each table. */
class PhrasesTest {
  private static final List<String> LANGUAGES = Phrases.LANGUAGES;
  private static final Refusals REFUSALS = Refusals.STANDARD;

  @ParameterizedTest
  @FieldSource("LANGUAGES")
  void eachPhraseIsARefusalInItsDress(String language) {
    assertThat(Phrases.of(language).of(Section.REFUSAL))
        .isNotEmpty()
        .allMatch(REFUSALS::isRefusal)
        .allMatch(phrase -> REFUSALS.isRefusal(phrase + "。"))
        .allMatch(phrase -> REFUSALS.isRefusal("«" + phrase + "…»"))
        .allMatch(phrase -> REFUSALS.isRefusal(phrase.toUpperCase(Locale.ROOT)))
        .allMatch(phrase -> REFUSALS.isRefusal(Normalizer.normalize(phrase, Normalizer.Form.NFD)))
        .allMatch(phrase -> REFUSALS.isRefusal(phrase.replace('\'', '\u2019')))
        .noneMatch(phrase -> REFUSALS.isRefusal("Rome, 42: " + phrase));
  }

  @ParameterizedTest
  @FieldSource("LANGUAGES")
  void eachPhraseThatMustBeTheWholeAnswerIsARefusalAlone(String language) {
    assertThat(Phrases.of(language).of(Section.WHOLE))
        .isNotEmpty()
        .allMatch(REFUSALS::isRefusal)
        .allMatch(phrase -> REFUSALS.isRefusal(phrase + "!"))
        .noneMatch(phrase -> REFUSALS.isRefusal("Rome, " + phrase));
  }

  @ParameterizedTest
  @FieldSource("LANGUAGES")
  void aRefusalMayStandBehindEachLeadAndIntroduction(String language) {
    Phrases phrases = Phrases.of(language);
    assertThat(phrases.of(Section.LEAD)).isNotEmpty().allMatch(this::leadsToARefusal);
    assertThat(phrases.of(Section.INTRODUCTION))
        .isNotEmpty()
        .allMatch(phrase -> REFUSALS.isRefusal(phrase + ": I don't know."));
  }

  private boolean leadsToARefusal(String phrase) {
    String lead = phrase.replace("...", "xyz,");
    return REFUSALS.isRefusal(lead + (lead.endsWith(",") ? " " : ", ") + "I don't know.")
        || REFUSALS.isRefusal(lead + " I don't know.");
  }

  @Test
  void alternativesAndWhatMayBeLeftOutAreWrittenOut() {
    assertThat(Phrases.expanded("(a|b) [very ]good"))
        .containsExactlyInAnyOrder("a very good", "a good", "b very good", "b good");
    assertThat(Phrases.expanded("I 'm [l'|la] option"))
        .containsExactlyInAnyOrder("I'm l'option", "I'm la option", "I'm option");
    assertThat(Phrases.expanded("plain")).containsExactly("plain");
  }

  @Test
  void bracketsThatDoNotMatchAreRefused() {
    assertThatThrownBy(() -> Phrases.expanded("(a|b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a bracket that is not closed");
    assertThatThrownBy(() -> Phrases.expanded("a)"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a closing bracket too many");
  }
}
