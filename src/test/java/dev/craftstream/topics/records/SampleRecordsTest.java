package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.util.JsonFormat;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.evidence.JudgeReply;
import dev.craftstream.model.evidence.LetterProbabilities;
import dev.craftstream.model.evidence.SampledText;
import dev.craftstream.model.evidence.TokenProbability;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.message.MeasuredSamples;
import dev.craftstream.testing.SchemaChecks;
import dev.craftstream.v1.SampleRecord;
import java.util.List;
import org.apache.flink.streaming.api.operators.StreamMap;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SampleRecordsTest {
  private static final Serving SERVING = new Serving("llama", "2", Contract.VLLM, "mini", "1", "a");

  /** Two of the samples are one text; the third ends in a thought's mark. */
  private static final Evidence SAMPLED =
      Evidence.ofSamples(
              SERVING,
              Asked.samples(
                  "Who?\nAnswer:", List.of(-1L, 2L, 3L), 0.75, 50, List.of("\n", "Answer")),
              List.of("Ada", "<think>x</think>Bob", "Ada"),
              List.of("Ada", "Bob", "Ada"),
              List.of(new double[] {0.5, -1}, new double[] {0, 2}, new double[] {0.5, -1}),
              EmbeddingPrecision.FP16)
          .judgedBy(
              new JudgeModel("judge", "7", "judge-1"),
              text -> text.equals("Bob") ? new JudgeReply(true, " Correct.", -5L) : null);

  private static final Evidence WEIGHED =
      Evidence.ofLetters(
          SERVING,
          Asked.letters("Which?", List.of("A", "B")),
          new LetterProbabilities(
              new double[] {0.1, 0.7},
              0.2,
              List.of(
                  new TokenProbability("7", " A", Math.log(0.1)),
                  new TokenProbability("8", null, Double.NEGATIVE_INFINITY))));

  private static MeasuredSamples of(Question question, Evidence evidence) {
    return MeasuredSamples.of(question, 3, RecordSamples.INITIAL, "oe-3shot-1", evidence);
  }

  /** What a consumer with Protobuf's own library reads. */
  private static SampleRecord message(WireFormat format, EncodedRecord record) throws Exception {
    SampleRecord.Builder message = SampleRecord.newBuilder();
    if (format == WireFormat.JSON) {
      JsonFormat.parser().merge(new String(record.value(), UTF_8), message);
    } else {
      message.mergeFrom(record.value());
    }
    return message.build();
  }

  @ParameterizedTest
  @EnumSource
  void givenSamples_whenWrittenAndRead_thenTheyAreTheSame(WireFormat format) throws Exception {
    EncodedRecord record = new RecordEncoder(format).samples(of(RecordSamples.OPEN_ENDED, SAMPLED));

    assertThat(record.key()).asString().isEqualTo(RecordSamples.OPEN_ENDED.id());
    assertThat(SampleMessages.read(message(format, record)).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(SAMPLED);
    assertThat(SAMPLED.texts()).extracting(SampledText::judged).containsExactly("Ada", "Bob");
    assertThat(SAMPLED.textOfSample()).containsExactly(0, 1, 0);
  }

  @ParameterizedTest
  @EnumSource
  void givenWeighedLetters_whenWrittenAndRead_thenTheyAreTheSame(WireFormat format)
      throws Exception {
    EncodedRecord record =
        new RecordEncoder(format).samples(of(RecordSamples.MULTIPLE_CHOICE, WEIGHED));

    assertThat(SampleMessages.read(message(format, record)).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(WEIGHED);
  }

  @Test
  void givenEqualTextsWithVectorsThatDifferByABit_whenTold_thenBothAreKept() {
    Evidence evidence =
        Evidence.ofSamples(
            SERVING,
            Asked.samples("Who?", List.of(1L, 2L), 1, 50, List.of()),
            List.of("Ada", "Ada"),
            List.of("Ada", "Ada"),
            List.of(new double[] {1}, new double[] {1 + 0x1p-20}),
            EmbeddingPrecision.FP32);
    assertThat(evidence.texts()).hasSize(2);
    assertThat(evidence.textOfSample()).containsExactly(0, 1);
  }

  @Test
  void givenARecord_whenHeldAgainstItsSchema_thenItIsValid() {
    RecordEncoder json = new RecordEncoder(WireFormat.JSON);
    SchemaChecks.assertValid(
        TopicSchema.SAMPLES, json.samples(of(RecordSamples.OPEN_ENDED, SAMPLED)).value());
    SchemaChecks.assertValid(
        TopicSchema.SAMPLES, json.samples(of(RecordSamples.MULTIPLE_CHOICE, WEIGHED)).value());
    SchemaChecks.assertValid(
        TopicSchema.SAMPLES,
        json.samplesLeftOut(of(RecordSamples.OPEN_ENDED, SAMPLED), 9_000_000).value());
  }

  @Test
  void givenARecordOverTheLimit_whenMapped_thenItIsWrittenWithoutItsSamplesAndCounted()
      throws Exception {
    Evidence large =
        Evidence.ofSamples(
            SERVING,
            Asked.samples("?".repeat(2_000), List.of(1L), 1, 50, List.of()),
            List.of("Ada"),
            List.of("Ada"),
            List.of(),
            EmbeddingPrecision.FP16);
    try (var harness =
        new OneInputStreamOperatorTestHarness<>(
            new StreamMap<>(new SampleRecords(WireFormat.PROTOBUF, 1_000)))) {
      harness.open();
      harness.processElement(of(RecordSamples.OPEN_ENDED, SAMPLED), 1);
      harness.processElement(of(RecordSamples.OPEN_ENDED, large), 1);

      List<EncodedRecord> records = harness.extractOutputValues();
      assertThat(SampleMessages.read(message(WireFormat.PROTOBUF, records.get(0)))).isPresent();
      SampleRecord leftOut = SampleRecord.parseFrom(records.get(1).value());
      assertThat(SampleMessages.read(leftOut)).isEmpty();
      assertThat(leftOut.getLeftOutBytes()).isGreaterThan(2_000);
      assertThat(leftOut.getCheckpointId()).isEqualTo(RecordSamples.INITIAL.id());
      assertThat(leftOut.hasRequest()).isFalse();
    }
  }

  @Test
  void givenARecordOfALaterSchemaVersion_whenRead_thenASentenceSaysSo() {
    SampleRecord later = SampleRecord.newBuilder().setSchemaVersion(2).build();
    assertThatExceptionOfType(Rejection.class)
        .isThrownBy(() -> SampleMessages.read(later))
        .withMessage(
            "The record of samples has schema version 2; this version of craft-stream reads version 1.");
  }

  @Test
  void givenSamplesThatAreNotAmongTheTexts_whenRead_thenASentenceSaysSo() {
    SampleRecord broken = SampleRecord.newBuilder().setSchemaVersion(1).addTextOfSample(1).build();
    assertThatExceptionOfType(Rejection.class)
        .isThrownBy(() -> SampleMessages.read(broken))
        .withMessage("A sample is text 1, but the record has 0 texts.");
  }
}
