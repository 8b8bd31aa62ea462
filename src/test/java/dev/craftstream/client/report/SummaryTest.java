package dev.craftstream.client.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Task;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final CuratedQuestion KNOWN = open("known", 0.8, 0.9);
  private static final CuratedQuestion LEARNT = open("learnt", 0.2, 0.7);
  private static final CuratedQuestion UNKNOWN = open("unknown", 0.3, 0.1);
  private static final CuratedQuestion STILL = open("still", 0.0, 0.0);
  private static final CuratedQuestion HALF = open("half", 0.5, 0.6);
  private static final CuratedQuestion CHOICE =
      SampleRun.question(
          "choice",
          Task.MULTIPLE_CHOICE,
          "Which?",
          List.of("this", "that"),
          "B",
          SampleRun.weighed(0.4, -1.1),
          SampleRun.weighed(0.4, -1.0));

  private final RunData run =
      SampleRun.run(List.of(KNOWN, LEARNT, UNKNOWN, STILL, HALF, CHOICE), List.of());
  private final Summary summary = Summary.of(run.questions());

  @Test
  void countsLabelsBeforeAndAfterRehearsal() {
    assertThat(summary.count(Label.ANSWER)).isEqualTo(1);
    assertThat(summary.count(Label.REFUSAL)).isEqualTo(2);
    assertThat(summary.count(Label.DROPPED)).isEqualTo(3);
    assertThat(summary.count(DropReason.KNOWLEDGE_FLOW)).isEqualTo(2);
    assertThat(summary.count(DropReason.UNDECIDED_CORRECTNESS)).isEqualTo(1);
    assertThat(summary.countBefore(Label.REFUSAL)).isEqualTo(4);
    assertThat(summary.changes(Label.REFUSAL, Label.DROPPED)).isEqualTo(2);
    assertThat(summary.changes()).isEqualTo(2);
  }

  @Test
  void averagesTheFlowOfEachTask() {
    assertThat(summary.of(Task.OPEN_ENDED).flow())
        .isEqualTo(new Summary.Flow(3, 1, 1, (0.1 + 0.5 - 0.2 + 0 + 0.1) / 5));
    assertThat(summary.of(Task.MULTIPLE_CHOICE).flow()).isEqualTo(new Summary.Flow(0, 0, 1, 0));
    assertThat(Summary.of(List.of()).flow()).isEqualTo(new Summary.Flow(0, 0, 0, 0));
  }

  @Test
  void picksAnExampleForEachLabelThatChangedMost() {
    assertThat(summary.examples()).containsExactly(KNOWN, UNKNOWN, LEARNT, CHOICE);
  }

  @Test
  void readsWellInATerminal() {
    String text = SummaryText.of(run);

    assertThat(text)
        .contains("open-ended               5        1        1        3")
        .contains("(1 half known, 2 about to be learnt)")
        .contains("mean sureness 0.88", "too unsure 12")
        .contains("Provisional to final: REFUSAL -> DROPPED: 2")
        .contains("open-ended               3        1        1    +0.10")
        .contains("smollm2-initial, open-ended", "undefined")
        .containsPattern("smollm2-tuned, open-ended .* 12\\.5\n.* -100 to -90\n")
        .contains("over-refusal 3.4 %, 1 to 7 %")
        .containsPattern("smollm2-tuned, open-ended .* 25\\.0 % .* -6\\.2 .* 2\\.00\n")
        .containsPattern("INITIAL, open-ended +0\\.\\d\\d")
        .contains("by embedding similarity, 5 questions")
        .contains("98.7 % of 8 on average");
    assertThat(text.lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void saysNothingOfChangesWhereNoLabelWasProvisional() {
    RunData withoutProvisional =
        SampleRun.run(
            run.questions().stream()
                .map(
                    q ->
                        new CuratedQuestion(
                            q.id(),
                            q.task(),
                            q.text(),
                            q.options(),
                            q.gold(),
                            q.initial(),
                            q.rehearsal(),
                            null,
                            q.after()))
                .toList(),
            List.of());
    assertThat(HtmlReport.of(run)).contains("labels changed by rehearsal", "Changed by rehearsal");

    assertThat(SummaryText.of(withoutProvisional)).doesNotContain("Provisional to final");
    assertThat(HtmlReport.of(withoutProvisional))
        .contains("mean knowledge flow")
        .doesNotContain("labels changed by rehearsal", "Changed by rehearsal");
  }

  @Test
  void saysThatItsCountsAreOfASample() {
    assertThat(SummaryText.of(run)).startsWith("Labels ");

    assertThat(SummaryText.of(ofMany()))
        .startsWith("Labels, flow and examples are of a random sample of 6 of 100,000 questions.");
  }

  @Test
  void countsAllDeadLettersAndShowsTheNewest() {
    assertThat(SummaryText.of(ofMany()))
        .contains("Dead letters: 1,234,567", "INVALID                         67", "q-0: INVALID")
        .contains("... and 990 more, in the report");
    assertThat(HtmlReport.of(ofMany()))
        .contains("1,234,500 MALFORMED", "The newest 1,000 are below", "q-999");
  }

  private RunData ofMany() {
    return SampleRun.run(
        run.questions(),
        100_000,
        new RunData.Failures(
            Map.of("INVALID", 67L, "MALFORMED", 1_234_500L),
            IntStream.range(0, 1_000)
                .mapToObj(i -> new RunData.Failure("q-" + i, "INVALID", "It has no text."))
                .toList()));
  }

  private static CuratedQuestion open(String id, double initial, double rehearsal) {
    return SampleRun.question(
        id,
        Task.OPEN_ENDED,
        "What is " + id + "?",
        List.of(),
        "This",
        SampleRun.sampled(initial, 0.5),
        SampleRun.sampled(rehearsal, 0.6));
  }
}
