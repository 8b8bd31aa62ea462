package dev.craftstream.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.client.report.CuratedQuestion;
import dev.craftstream.client.report.RunData;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.Label;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Reason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunLedgerTest {
  private static final Question QUESTION =
      new Question(
          "q", Task.OPEN_ENDED, Purpose.TRAIN, "Who?", "He", List.of(), List.of(), "", List.of());

  private final RunLedger ledger = new RunLedger(List.of(QUESTION));

  @Test
  void aPairHasTheLabelsThatRestOnItWhateverCameLater() {
    know("a", 1);
    know("a-r1", 1);
    know("b", 1);
    decide("a", "", 1, 1, "LABEL_REFUSAL");
    decide("a", "a-r1", 2, 1, "LABEL_DROPPED");
    decide("b", "", 3, 1, "LABEL_ANSWER");
    decide("b", "b-r1", 4, 1, "LABEL_ANSWER");

    CuratedQuestion ofA = curated("a", "a-r1");
    assertThat(ofA.before().label()).isEqualTo(Label.REFUSAL);
    assertThat(ofA.after().label()).isEqualTo(Label.DROPPED);
    assertThat(curated("b", "a-r1").after()).isNull();
    assertThat(curated("b", "").before().label()).isEqualTo(Label.ANSWER);
    assertThat(curated("b", "").after()).as("there is no REHEARSAL").isNull();
  }

  @Test
  void aQuestionThatChangedHasNoLabelOfItsEarlierContent() {
    know("a", 1);
    know("a-r1", 1);
    decide("a", "", 1, 1, "LABEL_REFUSAL");
    decide("a", "a-r1", 2, 1, "LABEL_REFUSAL");

    know("a", 2);
    decide("a", "", 3, 2, "LABEL_ANSWER");

    assertThat(curated("a", "a-r1").before().label()).isEqualTo(Label.ANSWER);
    assertThat(curated("a", "a-r1").initial()).isNotNull();
    assertThat(curated("a", "a-r1").rehearsal()).isNull();
    assertThat(curated("a", "a-r1").after()).isNull();
  }

  @Test
  void whereKnowledgeIsNotKeptAnyMoreTheNewestDecisionSaysWhichContentIsTheNewest() {
    decide("a", "a-r1", 1, 1, "LABEL_REFUSAL");
    assertThat(curated("a", "a-r1").after().label()).isEqualTo(Label.REFUSAL);

    decide("a", "", 2, 2, "LABEL_ANSWER");

    assertThat(curated("a", "a-r1").before().label()).isEqualTo(Label.ANSWER);
    assertThat(curated("a", "a-r1").after()).isNull();
  }

  @Test
  void revisionsAndVersionsMayBeginAgain() {
    know("a", 3);
    decide("a", "", 7, 3, "LABEL_REFUSAL");

    know("a", 1);
    decide("a", "", 1, 1, "LABEL_ANSWER");

    assertThat(curated("a", "").before().label()).isEqualTo(Label.ANSWER);
    ledger.removeInstructions(QUESTION.id());
    assertThat(curated("a", "").before()).isNull();
  }

  @Test
  void allDeadLettersAreCountedAndTheNewestKept() {
    for (int i = 0; i < 3_000; i++) {
      // Topics have partitions, so that what is read first may be the newest.
      ledger.add(
          DeadLetter.newBuilder()
              .setReason(i % 3 == 0 ? Reason.REASON_INVALID : Reason.REASON_MALFORMED)
              .setTopic("questions")
              .setOffset(i)
              .build(),
          10_000 - i);
    }

    assertThat(ledger.failures().byReason())
        .containsExactly(Map.entry("INVALID", 1_000L), Map.entry("MALFORMED", 2_000L));
    assertThat(ledger.failures().newest())
        .hasSize(1_000)
        .first()
        .extracting(RunData.Failure::subject)
        .isEqualTo("questions 0:0");
    assertThat(ledger.failures().newest().get(999).subject()).isEqualTo("questions 0:999");
  }

  @Test
  void aRefusalIsKnownHoweverManyDeadLettersComeAfterIt() {
    ledger.add(
        DeadLetter.newBuilder()
            .setTopic("model-checkpoints")
            .setCheckpointId("a")
            .setExplanation("No.")
            .build(),
        0);
    for (int i = 1; i <= 1_000; i++) {
      ledger.add(DeadLetter.newBuilder().setOffset(i).build(), i);
    }

    assertThat(ledger.refusal("model-checkpoints", "a")).contains("No.");
  }

  @Test
  void aRequestThatCannotBeMetDoesNotRefuseTheCheckpointItNames() {
    ledger.add(
        DeadLetter.newBuilder()
            .setTopic("requests")
            .setCheckpointId("a")
            .setExplanation("No.")
            .build(),
        0);

    assertThat(ledger.refusal("model-checkpoints", "a")).isEmpty();
  }

  private CuratedQuestion curated(String initialId, String rehearsalId) {
    return ledger.curated(initialId, rehearsalId).get(0);
  }

  private void know(String checkpointId, int version) {
    ledger.add(
        KnowledgeRecord.newBuilder()
            .setQuestionId(QUESTION.id())
            .setQuestionVersion(version)
            .setCheckpointId(checkpointId)
            .build());
  }

  private void decide(
      String initialId, String rehearsalId, int revision, int version, String label) {
    ledger.add(
        Instruction.newBuilder()
            .setQuestionId(QUESTION.id())
            .setRevision(revision)
            .setQuestionVersion(version)
            .setLabel(dev.craftstream.v1.Label.valueOf(label))
            .setBasis(
                Basis.newBuilder()
                    .setInitialCheckpointId(initialId)
                    .setRehearsalCheckpointId(rehearsalId))
            .build());
  }
}
