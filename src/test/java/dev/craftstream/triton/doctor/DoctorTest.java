package dev.craftstream.triton.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.method.ChoiceMeasure;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.Shots;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.triton.EvaluationSettings;
import dev.craftstream.triton.QuerySettings;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.doctor.Finding.Verdict;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each ailment of a served model is a sentence that says what to do. */
@Tag("integration")
class DoctorTest {
  private static final int LONGEST_QUESTION = 32_768;

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @TempDir private Path folder;

  private final List<String> steps = new ArrayList<>();

  @Test
  void aModelInGoodHealthHasNoFault() throws Exception {
    Diagnosis diagnosis = examine(craft("ailing", ""));

    assertThat(diagnosis.findings())
        .extracting(Finding::check, Finding::verdict)
        .containsExactly(
            well("contract"),
            well("open-ended"),
            well("seeds"),
            well("embeddings"),
            well("multiple-choice"),
            well("evaluate"),
            well("long question"));
    assertThat(diagnosis.well()).isTrue();
    assertThat(found(diagnosis, "open-ended"))
        .isEqualTo(
            "4 of 4 samples to \"What is the capital of France?\" are right; the first is"
                + " \"Paris\", certainty is 1.00.");
    assertThat(found(diagnosis, "seeds"))
        .isEqualTo("4 of 4 samples came again with the same seeds, and other seeds gave others.");
    assertThat(found(diagnosis, "embeddings"))
        .isEqualTo("Embeddings are unit vectors of 8 numbers.");
    assertThat(found(diagnosis, "multiple-choice"))
        .isEqualTo("The letters have 96.0 % of the probability together.");
    assertThat(found(diagnosis, "evaluate"))
        .isEqualTo("The greedy answer is \"Paris\", judged CORRECT.");
    assertThat(found(diagnosis, "long question"))
        .contains("32,768 characters", "is refused and would be a dead letter");
    assertThat(steps).contains("asking an open-ended question", "trying seeds");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "silent | open-ended | FAULT | All samples are empty. | its template is missing",
        "thinking | open-ended | FAULT | The model thinks aloud (<think>) | Serve it without thoughts",
        "thinking | evaluate | FAULT | The model thinks aloud (<think>) | Serve it without thoughts",
        "chat tokens | open-ended | FAULT | the control token <|im_end|> | query.stop",
        "chatter | open-ended | REMARK | 4 of 4 answers go on after their first line | query.stop",
        "ignorant | open-ended | REMARK | 0 of 4 samples | a chat model that wants its template",
        "unseeded | seeds | FAULT | 0 of 4 samples came again | with the seeds that it is sent",
        "always Paris | seeds | FAULT | All 12 samples | draw with the temperature and the seeds",
        "one number | embeddings | FAULT | An embedding is of 1 number | a sentence embedding model",
        "one vector | embeddings | FAULT | one and the same embedding | certainty is 1 for all",
        "zeros | embeddings | FAULT | is all zeros | Check the embedding model",
        "long vectors | embeddings | REMARK | 3.000 to 3.000 long | Nothing is to be done",
        "blank | multiple-choice | FAULT | With the blank at the prompt's end cut they have 96.0 % | cut blanks",
        "no letters | multiple-choice | FAULT | The letters have 6.0 % | A chat model may want its template",
        "dies of length | long question | FAULT | does not answer any more | load the model again",
      })
  void anAilmentIsASentence(
      String ailment, String check, Verdict verdict, String found, String advice) throws Exception {
    Diagnosis diagnosis = examine(craft("ailing", ailment));

    assertThat(diagnosis.findings())
        .filteredOn(finding -> finding.check().equals(check) && finding.verdict() == verdict)
        .anySatisfy(
            finding -> {
              assertThat(finding.found()).contains(found);
              assertThat(finding.advice()).contains(advice);
            });
    assertThat(diagnosis.well()).isEqualTo(verdict != Verdict.FAULT);
    if (ailment.equals("dies of length")) {
      TRITON.unload("ailing");
      TRITON.load("ailing");
    }
  }

  @Test
  void aVllmModelIsAskedByItsContract() throws Exception {
    Diagnosis diagnosis = examine(vllm("vllm_like", "rehearsal"));

    assertThat(diagnosis.findings())
        .extracting(Finding::verdict)
        .doesNotContain(Verdict.FAULT, Verdict.NOT_CHECKED);
    assertThat(found(diagnosis, "multiple-choice"))
        .isEqualTo(
            "The letters have 87.5 % of the probability together, 1.2 % were not told by the server.");
    assertThat(found(diagnosis, "long question")).contains("maximum model length");
  }

  @Test
  void anAdapterThatIsNotThereIsASentence() throws Exception {
    Diagnosis diagnosis = examine(vllm("vllm_like", "nobody"));

    assertThat(diagnosis.well()).isFalse();
    assertThat(found(diagnosis, "open-ended")).contains("LoRA nobody", "multi_lora.json");
  }

  @Test
  void tooFewLogProbabilitiesAreASentence() throws Exception {
    KnowledgePrompt prompt =
        new KnowledgePrompt(KnowledgePrompt.INSTRUCTION, "few logprobs", Shots.builtIn());
    Diagnosis diagnosis =
        Doctor.examine(settings(triton(), prompt), vllm("vllm_like", ""), steps::add);

    assertThat(found(diagnosis, "multiple-choice")).contains("Raise max_logprobs to 20");
    assertThat(diagnosis.findings())
        .filteredOn(finding -> finding.verdict() == Verdict.FAULT)
        .extracting(Finding::check)
        .containsExactly("multiple-choice");
  }

  @Test
  void aContractThatTellsNoProbabilitiesIsARemark() throws Exception {
    Diagnosis diagnosis = examine(llmapi());

    assertThat(diagnosis.well()).isTrue();
    assertThat(first(diagnosis, "multiple-choice").verdict()).isEqualTo(Verdict.REMARK);
    assertThat(found(diagnosis, "multiple-choice")).contains("would be dead letters");
    assertThat(advice(diagnosis, "multiple-choice"))
        .contains("query.multiple-choice.by to SAMPLES");
  }

  @Test
  void choicesBySamplesAreAskedAsSuch() throws Exception {
    Diagnosis diagnosis =
        Doctor.examine(
            settings(
                triton(),
                KnowledgePrompt.standard(),
                ChoiceMeasure.SAMPLES,
                List.of(),
                Duration.ZERO),
            craft("ailing", ""),
            steps::add);

    assertThat(first(diagnosis, "multiple-choice").verdict()).isEqualTo(Verdict.WELL);
    assertThat(found(diagnosis, "multiple-choice"))
        .isEqualTo(
            "4 of 4 samples choose the right option of \"What is the capital of France?\", and 0"
                + " refuse.");
  }

  @Test
  void findingsAreToldAsSoonAsTheyAreKnown() throws Exception {
    List<String> told = new ArrayList<>();
    Diagnosis diagnosis =
        Doctor.examine(
            withRates(triton(), 1),
            craft("ailing", ""),
            new Doctor.Progress() {
              @Override
              public void step(String what) {
                told.add("step");
              }

              @Override
              public void found(Finding finding) {
                told.add(finding.check());
              }

              @Override
              public void measured(Rate rate) {
                told.add("rate");
              }
            });

    assertThat(told).containsSubsequence("contract", "step", "open-ended", "step", "seeds", "rate");
    assertThat(told)
        .filteredOn(what -> !what.equals("step"))
        .hasSize(diagnosis.findings().size() + 1);
  }

  @Test
  void theContractThatTheModelSpeaksIsNamed() throws Exception {
    Diagnosis diagnosis = examine(craft("vllm_like", ""));

    assertThat(diagnosis.findings().get(0).found()).contains("does not fit the craft contract");
    assertThat(diagnosis.findings().get(0).advice()).contains("It fits the contract VLLM");
    assertThat(diagnosis.findings().subList(1, 7))
        .extracting(Finding::verdict)
        .containsOnly(Verdict.NOT_CHECKED);
    assertThat(diagnosis.well()).isFalse();
  }

  @Test
  void aModelWithoutAnEmbeddingModelIsASentence() throws Exception {
    Diagnosis diagnosis =
        examine(checkpoint(new Serving("vllm_like", "", Contract.VLLM, "nobody", "", "")));

    assertThat(found(diagnosis, "contract")).contains("nobody", "is not ready");
  }

  @Test
  void aModelThatFailsIsASentence() throws Exception {
    Diagnosis diagnosis = examine(craft("fails", ""));

    assertThat(found(diagnosis, "open-ended")).contains("the dog ate the weights");
    assertThat(diagnosis.findings()).filteredOn(f -> f.check().equals("seeds")).isEmpty();
    assertThat(diagnosis.well()).isFalse();
  }

  @Test
  void aModelThatHangsIsASentence() throws Exception {
    KnowledgePrompt prompt =
        new KnowledgePrompt("gate: " + folder.resolve("gate"), "", Shots.builtIn());
    TritonSettings triton =
        TritonSettings.to(TRITON.endpoint()).deadline(Duration.ofSeconds(1)).build();
    Diagnosis diagnosis = Doctor.examine(settings(triton, prompt), craft("hangs", ""), steps::add);

    assertThat(found(diagnosis, "open-ended")).contains("did not answer within 1.0 s");
    assertThat(advice(diagnosis, "open-ended")).contains("raise triton.deadline");
  }

  @Test
  void aModelThatALongQuestionMakesHangIsASentence() throws Exception {
    TritonSettings triton =
        TritonSettings.to(TRITON.endpoint()).deadline(Duration.ofSeconds(3)).build();
    Diagnosis diagnosis =
        Doctor.examine(
            settings(triton, KnowledgePrompt.standard()),
            craft("ailing", "slow with length"),
            steps::add);

    assertThat(found(diagnosis, "long question")).contains("fails as an outage would", "3.0 s");
    assertThat(advice(diagnosis, "long question")).contains("Lower limits.text");
  }

  @Test
  void answersThatBreakTheContractAreASentence() throws Exception {
    Diagnosis diagnosis = examine(craft("nonsense", ""));

    assertThat(found(diagnosis, "seeds")).contains("All 12 samples", "\"x\"");
    assertThat(found(diagnosis, "embeddings")).contains("1.414 to 1.414 long");
    assertThat(diagnosis.well()).isFalse();
  }

  @Test
  void aServerThatIsNotThereIsASentence() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    TritonSettings triton =
        TritonSettings.to("127.0.0.1:" + port)
            .modelReadyTimeout(Duration.ofSeconds(1))
            .retryBackoff(Duration.ofMillis(20), Duration.ofMillis(200))
            .build();
    Diagnosis diagnosis =
        Doctor.examine(
            settings(triton, KnowledgePrompt.standard()), craft("ailing", ""), steps::add);

    assertThat(found(diagnosis, "contract")).contains("127.0.0.1:" + port + " can't be reached");
    assertThat(advice(diagnosis, "contract")).contains("-Dtriton.endpoints=HOST:PORT");
  }

  @Test
  void ratesSayHowManyQuestionsInFlightAreBest() throws Exception {
    Diagnosis diagnosis = withRates(craft("narrow", ""), 1, 16);

    // One request of 20 ms after the other, and a queue of 4.
    assertThat(diagnosis.rates()).extracting(Rate::inFlight).containsExactly(1, 16);
    assertThat(diagnosis.rates())
        .allSatisfy(rate -> assertThat(rate.perSecond()).isBetween(1.0, 50.0));
    assertThat(diagnosis.rates().get(0).overloaded()).isZero();
    assertThat(diagnosis.rates().get(1).overloaded()).isPositive();
    assertThat(diagnosis.load().streamsInFlight()).isZero();
    assertThat(diagnosis.load().sentences())
        .anyMatch(sentence -> sentence.contains("At 16 in flight the server had no room"));
  }

  @Test
  void streamsThatWaitShowInTheRates() throws Exception {
    TritonSettings triton = TritonSettings.to(TRITON.endpoint()).streamsInFlight(4).build();
    Diagnosis diagnosis = Doctor.examine(withRates(triton, 8), vllm("vllm_like", ""), steps::add);

    assertThat(diagnosis.rates().get(0).streamsWaiting()).isBetween(1, 28);
    assertThat(diagnosis.load().streamsInFlight()).isEqualTo(8 * 4);
    assertThat(diagnosis.load().sentences())
        .anyMatch(sentence -> sentence.endsWith("since triton.streams-in-flight is 4."));
  }

  // ---------------------------------------------------------------- whom, and how

  private Diagnosis examine(ModelCheckpoint checkpoint) throws InterruptedException {
    return Doctor.examine(settings(triton(), KnowledgePrompt.standard()), checkpoint, steps::add);
  }

  private Diagnosis withRates(ModelCheckpoint checkpoint, Integer... levels)
      throws InterruptedException {
    return Doctor.examine(withRates(triton(), levels), checkpoint, steps::add);
  }

  private static Doctor.Settings withRates(TritonSettings triton, Integer... levels) {
    return settings(triton, KnowledgePrompt.standard(), List.of(levels), Duration.ofSeconds(1));
  }

  private static Doctor.Settings settings(TritonSettings triton, KnowledgePrompt prompt) {
    return settings(triton, prompt, List.of(), Duration.ZERO);
  }

  private static Doctor.Settings settings(
      TritonSettings triton, KnowledgePrompt prompt, List<Integer> levels, Duration rateTime) {
    return settings(triton, prompt, ChoiceMeasure.LETTER_PROBABILITIES, levels, rateTime);
  }

  private static Doctor.Settings settings(
      TritonSettings triton,
      KnowledgePrompt prompt,
      ChoiceMeasure choices,
      List<Integer> levels,
      Duration rateTime) {
    return new Doctor.Settings(
        triton,
        QuerySettings.builder()
            .samples(4)
            .maxTokens(20)
            .stop(List.of("\n"))
            .prompt(prompt)
            .choices(choices)
            .build(),
        EvaluationSettings.standard(),
        LONGEST_QUESTION,
        levels,
        rateTime);
  }

  private static TritonSettings triton() {
    return TritonSettings.to(TRITON.endpoint())
        .modelReadyTimeout(Duration.ofSeconds(2))
        .deadline(Duration.ofSeconds(30))
        .retryBackoff(Duration.ofMillis(20), Duration.ofMillis(200))
        .build();
  }

  private static ModelCheckpoint craft(String model, String adapter) {
    return checkpoint(new Serving(model, "", Contract.CRAFT, "", "", adapter));
  }

  private static ModelCheckpoint vllm(String model, String adapter) {
    return checkpoint(new Serving(model, "", Contract.VLLM, "minilm_like", "", adapter));
  }

  private static ModelCheckpoint llmapi() {
    return checkpoint(new Serving("llmapi_like", "", Contract.LLMAPI, "minilm_like", "", ""));
  }

  private static ModelCheckpoint checkpoint(Serving serving) {
    return new ModelCheckpoint("doctor", 1, Role.INITIAL, "", serving);
  }

  private static Tuple well(String check) {
    return Tuple.tuple(check, Verdict.WELL);
  }

  private static String found(Diagnosis diagnosis, String check) {
    return first(diagnosis, check).found();
  }

  private static String advice(Diagnosis diagnosis, String check) {
    return first(diagnosis, check).advice();
  }

  private static Finding first(Diagnosis diagnosis, String check) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.check().equals(check))
        .findFirst()
        .orElseThrow(() -> new AssertionError(check + " is not among " + diagnosis.findings()));
  }
}
