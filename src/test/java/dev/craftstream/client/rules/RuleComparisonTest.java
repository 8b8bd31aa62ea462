package dev.craftstream.client.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.craftstream.method.judging.Judge;
import dev.craftstream.method.judging.JudgingRules;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Sha256;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.Verdict;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.topics.records.Rejection;
import dev.craftstream.topics.records.SampleMessages;
import dev.craftstream.v1.Contract;
import dev.craftstream.v1.JudgeReply;
import dev.craftstream.v1.SampleRecord;
import dev.craftstream.v1.SampledText;
import dev.craftstream.v1.Serving;
import dev.craftstream.v1.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RuleComparisonTest {
  private static final Origin NOWHERE = new Origin("questions", 0, 0);

  private final RecordedSamples samples = new RecordedSamples(100, "");
  private final Map<String, String> texts = new HashMap<>();
  private final List<QuestionEvent> events = new ArrayList<>();

  @Test
  void verdictsLabelsAndExamplesAreCounted() {
    ask("year", "In which year?", "3");
    // Six of ten have a 3 in another number, one says it, three say another.
    answers("year", "initial", "It was 1938.", 6, "It was 3.", 1, "Two.", 3);
    ask("town", "Which town?", "Paris");
    answers("town", "initial", "It is Paris.", 4, "I don't know.", 6);

    RuleComparison comparison = compared(3);

    assertThat(comparison.verdicts().total()).isEqualTo(20);
    assertThat(comparison.verdicts().count(Verdict.CORRECT, Verdict.WRONG)).isEqualTo(6);
    assertThat(comparison.verdicts().count(Verdict.CORRECT, Verdict.CORRECT)).isEqualTo(5);
    assertThat(comparison.verdicts().count(Verdict.REFUSED, Verdict.REFUSED)).isEqualTo(6);
    assertThat(comparison.verdicts().share()).hasValueCloseTo(0.7, within(1e-12));
    assertThat(comparison.labels().count(Label.ANSWER, Label.REFUSAL)).isEqualTo(1);
    assertThat(comparison.labels().count(Label.REFUSAL, Label.REFUSAL)).isEqualTo(1);
    assertThat(comparison.examples())
        .containsExactly(
            new RuleComparison.Example(
                "year",
                "initial",
                "In which year?",
                "3",
                List.of(),
                "It was 1938.",
                6,
                Verdict.CORRECT,
                Verdict.WRONG));
    assertThat(RuleComparisonText.lines(comparison))
        .contains(
            "SUBSTRING and WORDS: the same verdict on 70.0 % of 20 samples, kappa 0.574",
            "  By correctness alone, 1 of 2 measurements get another label.",
            "    ANSWER becomes REFUSAL: 1",
            "  CORRECT by SUBSTRING, WRONG by WORDS, such as",
            "      answer    It was 1938.");
  }

  @Test
  void whatAJudgeModelSaidIsComparedAndWhatItDidNotJudgeIsLeftOut() throws Exception {
    JudgeModel judge = new JudgeModel("judge", "7", "judge-1");
    ask("year", "In which year?", "3");
    ask("town", "Which town?", "Paris");
    judged("year", judge, text("It was 1938.", false), text("I don't know", null));
    judged("town", judge, text("The capital of France", true));
    // Was judged by nobody, by another, and before a phrase was taken for a refusal no more.
    answers("town", "tuned", "Paris", 10);
    judged("year", "other", new JudgeModel("judge", "8", "judge-1"), text("3", true));
    judged("town", "refusals", judge, text("Who cares", null));

    events.forEach(samples::add);
    RuleComparison comparison =
        new RuleComparison(
            new Judge(new JudgingRules(CorrectnessRule.SUBSTRING, List.of())),
            new Judge(new JudgingRules(CorrectnessRule.JUDGE, List.of())),
            Thresholds.PAPER,
            3,
            judge);
    comparison.judge(samples);

    assertThat(comparison.verdicts().total()).isEqualTo(3);
    assertThat(comparison.verdicts().count(Verdict.CORRECT, Verdict.WRONG)).isEqualTo(1);
    assertThat(comparison.verdicts().count(Verdict.WRONG, Verdict.CORRECT)).isEqualTo(1);
    assertThat(comparison.verdicts().count(Verdict.REFUSED, Verdict.REFUSED)).isEqualTo(1);
    assertThat(comparison.unjudged()).isEqualTo(3);
    assertThat(RuleComparisonText.lines(comparison))
        .contains("  Left out: 3 measurements that the judge model did not judge.");
    assertThat(samples.judges())
        .containsOnly(Map.entry(judge, 3L), Map.entry(new JudgeModel("judge", "8", "judge-1"), 1L));
  }

  private static SampledText text(String text, Boolean isRight) {
    SampledText.Builder sampled = SampledText.newBuilder().setText(text);
    if (isRight != null) {
      sampled.setJudgeReply(JudgeReply.newBuilder().setIsCorrect(isRight).setText("said"));
    }
    return sampled.build();
  }

  private void judged(String questionId, JudgeModel judge, SampledText... sampled) {
    judged(questionId, "initial", judge, sampled);
  }

  private void judged(
      String questionId, String checkpoint, JudgeModel judge, SampledText... sampled) {
    SampleRecord.Builder record =
        record(questionId, checkpoint)
            .setQuestionSha256(ByteString.copyFrom(Sha256.of(texts.get(questionId))))
            .setJudge(
                dev.craftstream.v1.JudgeModel.newBuilder()
                    .setModelName(judge.modelName())
                    .setModelVersion(judge.modelVersion())
                    .setPromptVersion(judge.promptVersion()));
    for (int i = 0; i < sampled.length; i++) {
      record.addTexts(sampled[i]).addTextOfSample(i);
    }
    add(samples, record.build());
  }

  @Test
  void examplesAreBounded() {
    for (int i = 0; i < 5; i++) {
      ask("q" + i, "Question " + i + "?", "3");
      answers("q" + i, "initial", "1938", 10);
    }
    assertThat(compared(2).examples()).hasSize(2);
    assertThat(compared(0).examples()).isEmpty();
  }

  @Test
  void aQuestionThatWasAskedInOtherWordsIsLeftOut() {
    ask("changed", "Which town?", "Paris");
    answers("changed", "initial", "Paris", 10);
    ask("changed", "Which river?", "Seine");
    ask("gone", "Which sea?", "None");
    answers("gone", "initial", "None", 10);
    events.add(new QuestionEvent("gone", null, NOWHERE));

    RuleComparison comparison = compared(3);

    assertThat(comparison.verdicts().total()).isZero();
    assertThat(comparison.changed()).isEqualTo(1);
    assertThat(comparison.gone()).isEqualTo(1);
    assertThat(RuleComparisonText.lines(comparison).get(0))
        .isEqualTo("SUBSTRING and WORDS: the same verdict on none of 0 samples, kappa undefined");
  }

  @Test
  void whatWasEmbeddedIsJudged() {
    ask("town", "Which town?", "Paris");
    add(
        samples,
        record("town", "initial")
            .setQuestionSha256(ByteString.copyFrom(Sha256.of("Which town?")))
            .addTexts(
                SampledText.newBuilder().setText("<think>Paris?</think> Lyon").setAnswer("Lyon"))
            .addTextOfSample(0)
            .build());

    assertThat(compared(1).verdicts().count(Verdict.WRONG, Verdict.WRONG)).isEqualTo(1);
  }

  @Test
  void theLastMeasurementUnderEachCheckpointCounts() {
    ask("town", "Which town?", "Paris");
    answers("town", "initial", "Lyon", 10);
    answers("town", "initial", "Paris", 10);
    answers("town", "tuned", "Nice", 10);

    RuleComparison comparison = compared(1);

    assertThat(comparison.labels().total()).isEqualTo(2);
    assertThat(comparison.verdicts().count(Verdict.CORRECT, Verdict.CORRECT)).isEqualTo(10);
    assertThat(comparison.verdicts().count(Verdict.WRONG, Verdict.WRONG)).isEqualTo(10);
  }

  @Test
  void ofManyQuestionsTheSameAreKeptInAnyOrder() {
    List<String> ids = IntStream.range(0, 50).mapToObj(i -> "q" + i).toList();
    RecordedSamples forth = new RecordedSamples(10, "");
    RecordedSamples back = new RecordedSamples(10, "");
    ids.forEach(id -> add(forth, text(id)));
    for (int i = ids.size() - 1; i >= 0; i--) {
      add(back, text(ids.get(i)));
    }

    assertThat(forth.questions()).isEqualTo(10);
    assertThat(forth.isPart()).isTrue();
    assertThat(forth.answers()).isEqualTo(back.answers());
  }

  @Test
  void whatIsNoAnswerInWordsOrOfAnotherCheckpointIsLeftOut() {
    RecordedSamples ofTuned = new RecordedSamples(10, "tuned");
    add(ofTuned, text("a"));
    add(ofTuned, record("b", "tuned").build());
    add(ofTuned, text("c").toBuilder().setTask(Task.TASK_MULTIPLE_CHOICE).build());
    assertThat(ofTuned.answers()).isEmpty();
    assertThat(ofTuned.isPart()).isFalse();
  }

  private static SampleRecord text(String id) {
    return record(id, "initial")
        .addTexts(SampledText.newBuilder().setText("Paris"))
        .addTextOfSample(0)
        .build();
  }

  private RuleComparison compared(int examples) {
    RuleComparison comparison =
        new RuleComparison(
            judge(CorrectnessRule.SUBSTRING),
            judge(CorrectnessRule.WORDS),
            Thresholds.PAPER,
            examples);
    // As the topics are read: the samples first.
    events.forEach(samples::add);
    comparison.judge(samples);
    return comparison;
  }

  private static Judge judge(CorrectnessRule rule) {
    return new Judge(new JudgingRules(rule, List.of()));
  }

  /** A question as it is from now on. */
  private void ask(String id, String text, String answer) {
    texts.put(id, text);
    events.add(
        new QuestionEvent(
            id,
            new Question(
                id,
                dev.craftstream.model.Task.OPEN_ENDED,
                Purpose.TRAIN,
                text,
                answer,
                List.of(),
                List.of(),
                "",
                List.of()),
            NOWHERE));
  }

  /** Texts and how often each was sampled, in turn. */
  private void answers(String id, String checkpoint, Object... textsAndTimes) {
    SampleRecord.Builder record =
        record(id, checkpoint).setQuestionSha256(ByteString.copyFrom(Sha256.of(texts.get(id))));
    for (int i = 0; i < textsAndTimes.length; i += 2) {
      record.addTexts(SampledText.newBuilder().setText((String) textsAndTimes[i]));
      int[] samplesOfText = new int[(int) textsAndTimes[i + 1]];
      Arrays.fill(samplesOfText, i / 2);
      IntStream.of(samplesOfText).forEach(record::addTextOfSample);
    }
    add(samples, record.build());
  }

  /** As it comes from the topic: with a seed for each sample. */
  private static void add(RecordedSamples to, SampleRecord record) {
    SampleRecord.Builder whole = record.toBuilder();
    for (int seed = 0; seed < record.getTextOfSampleCount(); seed++) {
      whole.getRequestBuilder().addSeeds(seed);
    }
    try {
      to.add(whole.build(), SampleMessages.read(whole.build()).orElseThrow());
    } catch (Rejection e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static SampleRecord.Builder record(String id, String checkpoint) {
    return SampleRecord.newBuilder()
        .setSchemaVersion(1)
        .setServing(Serving.newBuilder().setContract(Contract.CONTRACT_CRAFT))
        .setQuestionId(id)
        .setCheckpointId(checkpoint)
        .setTask(Task.TASK_OPEN_ENDED);
  }
}
