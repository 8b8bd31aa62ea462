package dev.craftstream.triton;

import static dev.craftstream.triton.TritonFixtures.await;
import static dev.craftstream.triton.TritonFixtures.craft;
import static dev.craftstream.triton.TritonFixtures.evaluated;
import static dev.craftstream.triton.TritonFixtures.failure;
import static dev.craftstream.triton.TritonFixtures.llmapi;
import static dev.craftstream.triton.TritonFixtures.multipleChoice;
import static dev.craftstream.triton.TritonFixtures.openEnded;
import static dev.craftstream.triton.TritonFixtures.settings;
import static dev.craftstream.triton.TritonFixtures.vllm;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Spending;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.Cost;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.testing.TritonServerExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What asking costs, by what the servers of each contract tell. */
@Tag("integration")
class CostTest {
  private static final int SAMPLES = TritonFixtures.query().samples();
  private static final Question OPEN_ENDED = openEnded("Is it Paris?");
  private static final Question MULTIPLE_CHOICE =
      multipleChoice("Which?", "C", "Rome", "Oslo", "Paris", "Bern");

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  private static KnowledgeQuery query;

  @BeforeAll
  static void open() {
    query = TritonFixtures.open(settings(TRITON.endpoint()).build());
  }

  @AfterAll
  static void close() {
    query.close();
  }

  private static Cost cost(Question question, ModelCheckpoint checkpoint) throws Exception {
    Spending spending = new Spending();
    await(query.ask(question, 1, checkpoint, spending));
    return spending.soFar();
  }

  private static int words(String text) {
    return text.trim().split("\\s+").length;
  }

  @Test
  void aCraftModelTellsThePromptOnceAndAllSamplesTogether() throws Exception {
    // Each sample is the question and a number.
    int generated = SAMPLES * (words(OPEN_ENDED.text()) + 1);
    int prompt = words(TritonFixtures.query().prompt().prompt(OPEN_ENDED));

    assertThat(cost(OPEN_ENDED, craft("craft_echo"))).isEqualTo(new Cost(1, 1, prompt, generated));
    assertThat(cost(OPEN_ENDED, craft("craft_echo", "", "rehearsal")))
        .isEqualTo(new Cost(1, 1, prompt, generated + SAMPLES));
    int choicePrompt = words(TritonFixtures.query().prompt().prompt(MULTIPLE_CHOICE));
    assertThat(cost(MULTIPLE_CHOICE, craft("craft_echo")))
        .isEqualTo(new Cost(1, 1, choicePrompt, 1));
  }

  @Test
  void ofAnOlderCraftModelTheTokensAreNotKnown() throws Exception {
    assertThat(cost(OPEN_ENDED, craft("narrow"))).isEqualTo(new Cost(1, 0, 0, 0));
  }

  @Test
  void aCountThatMakesNoSenseIsNotKnown_andTheAnswerHolds() throws Exception {
    assertThat(cost(openEnded("uncounted"), craft("craft_echo"))).isEqualTo(new Cost(1, 0, 0, 0));
  }

  @Test
  void withVllmEachSampleIsARequestThatTellsItsTokens() throws Exception {
    int prompt = words(TritonFixtures.query().prompt().prompt(OPEN_ENDED));

    assertThat(cost(OPEN_ENDED, vllm("vllm_like", "minilm_like")))
        .isEqualTo(new Cost(SAMPLES, SAMPLES, (long) SAMPLES * prompt, SAMPLES));
    assertThat(cost(evaluated(OPEN_ENDED), vllm("vllm_like", "minilm_like")))
        .extracting(Cost::requests, Cost::requestsWithTokens)
        .containsExactly(1L, 1L);
    assertThat(cost(MULTIPLE_CHOICE, vllm("vllm_like", "minilm_like")).requestsWithTokens())
        .isEqualTo(1);
  }

  @Test
  void llmapiTellsNoTokens() throws Exception {
    assertThat(cost(OPEN_ENDED, llmapi("llmapi_like", ""))).isEqualTo(new Cost(SAMPLES, 0, 0, 0));
  }

  @Test
  void whatIsRefusedCostsItsRequests_thoughItTakesNoTokens() throws Exception {
    Spending spending = new Spending();
    assertThat(failure(query.ask(OPEN_ENDED, 1, craft("craft_echo", "", "unknown"), spending)))
        .isInstanceOf(UnusableAnswerException.class);
    assertThat(spending.soFar()).isEqualTo(new Cost(1, 0, 0, 0));
  }

  @Test
  void questionsByWhichAServerIsTriedCountAsWell() throws Exception {
    Spending spending = new Spending();
    Question broken = openEnded("broken");
    assertThat(failure(query.ask(broken, 1, vllm("vllm_like", "minilm_like"), spending)))
        .isInstanceOf(UnusableAnswerException.class);
    // All samples twice, each sent twice, and a trial between; some are taken back before they go.
    assertThat(spending.soFar().requests()).isBetween(5L, 4L * SAMPLES + 1);
    assertThat(spending.soFar().requestsWithTokens()).isEqualTo(1);
  }
}
