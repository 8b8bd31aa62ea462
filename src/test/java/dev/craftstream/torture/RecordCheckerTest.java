package dev.craftstream.torture;

import static dev.craftstream.torture.RightOutput.DATASET;
import static dev.craftstream.torture.RightOutput.WORKLOAD;
import static dev.craftstream.torture.RightOutput.at;
import static dev.craftstream.torture.RightOutput.instruction;
import static dev.craftstream.torture.RightOutput.isAbout;
import static dev.craftstream.torture.RightOutput.replace;
import static dev.craftstream.torture.RightOutput.revision;
import static dev.craftstream.torture.RightOutput.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Label;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checker finds each kind of mistake in an output that is right otherwise. */
class RecordCheckerTest {
  private final RightOutput right = new RightOutput();

  @Test
  void whatIsRightIsRight() {
    assertThat(checked()).isEmpty();
  }

  @Test
  void findsWhatIsLost() {
    right.knowledge.removeIf(record -> isAbout(record, 4, 1, Workload.FIRST_REHEARSAL));
    assertThat(checked())
        .containsExactly("lost: knowledge of q000004, edition 1, under rehearsal-1");
  }

  @Test
  void findsLostInstructions() {
    right.instructions.removeIf(record -> record.key().equals("q000004") && revision(record) == 2);
    assertThat(checked())
        .singleElement()
        .asString()
        .startsWith("lost: revision 3")
        .endsWith("after 1");
  }

  @Test
  void findsAnEditionThatWasNotWithdrawn() {
    // Number 7 has two editions.
    right.instructions.removeIf(record -> record.value() == null && record.key().equals("q000007"));
    assertThat(checked())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("lost: removal of the edition before revision 5"))
        .anyMatch(line -> line.startsWith("lost: revision 5") && line.endsWith("after 3"));
  }

  @Test
  void findsAnEditionThatComesAfterItsWithdrawal() {
    replace(
        right.instructions,
        record -> record.value() == null && record.key().equals("q000007"),
        record -> at(record, record.offset() - 2));
    assertThat(checked()).anyMatch(line -> line.startsWith("stale: revision 3"));
  }

  @Test
  void findsLostRemovals() {
    right.knowledge.removeIf(record -> record.value() == null && record.key().equals("q000011"));
    right.instructions.removeIf(record -> record.value() == null && record.key().equals("q000011"));
    assertThat(checked())
        .containsExactly(
            "lost: removal of q000011", "stale: an instruction for q000011, which was removed");
  }

  @Test
  void findsWhatIsThereTwice() {
    right.knowledge.add(
        right.again(right.knowledge, record -> isAbout(record, 4, 1, Workload.NEXT)));
    right.instructions.add(
        right.again(
            right.instructions, record -> record.key().equals("q000004") && revision(record) == 3));
    right.datasets.add(right.again(right.datasets, record -> record.key().equals(DATASET + "\nb")));
    assertThat(checked())
        .hasSize(5)
        .allMatch(line -> line.startsWith("duplicate: "))
        .anyMatch(line -> line.startsWith("duplicate: knowledge of q000004"))
        .anyMatch(line -> line.contains("revision 3 of the instruction for q000004"))
        .anyMatch(line -> line.contains("decides again"))
        .anyMatch(line -> line.contains("revision 1 after 1 of " + DATASET + " b"))
        .anyMatch(line -> line.contains(DATASET + " has 3 records, its manifest counts 2"));
  }

  @Test
  void findsWhatIsOvertaken() {
    // Number 7 has two editions; the second one is committed first.
    replace(
        right.knowledge,
        record -> isAbout(record, 7, 2, Workload.INITIAL),
        record -> at(record, -1));
    assertThat(checked())
        .hasSize(3)
        .allMatch(line -> line.startsWith("stale: knowledge of q000007"));
  }

  @Test
  void findsWhatComesAfterARemoval() {
    replace(
        right.knowledge,
        record -> record.value() == null && record.key().equals("q000011"),
        record -> at(record, -1));
    assertThat(checked())
        .hasSize(3)
        .allMatch(line -> line.startsWith("stale: knowledge of q000011"));
  }

  @Test
  void findsOtherFiguresAndLabels() {
    replace(
        right.knowledge,
        record -> isAbout(record, 4, 1, Workload.INITIAL),
        record -> with(record, record.value().toBuilder().setCorrectness(0.55).build()));
    replace(
        right.instructions,
        record -> record.key().equals("q000004") && revision(record) == 3,
        record ->
            with(
                record,
                record.value().toBuilder()
                    .setLabel(
                        record.value().getLabel() == Label.LABEL_ANSWER
                            ? Label.LABEL_REFUSAL
                            : Label.LABEL_ANSWER)
                    .build()));
    assertThat(checked()).hasSize(2).allMatch(line -> line.startsWith("conflicting: "));
  }

  @Test
  void findsDatasetsThatAreNotWhole() {
    right.datasets.removeIf(record -> record.key().equals(DATASET + "\nb"));
    assertThat(checked())
        .containsExactly("lost: dataset " + DATASET + " has 1 records, its manifest counts 2");
  }

  @Test
  void findsDatasetsThatWereNotClosed() {
    right.manifests.removeIf(record -> record.key().equals(DATASET));
    assertThat(checked()).containsExactly("lost: manifest of " + DATASET);
  }

  @Test
  void findsDatasetsThatWereNotBuilt() {
    replace(
        right.manifests,
        record -> record.key().equals(DATASET),
        record ->
            with(
                record,
                record.value().toBuilder()
                    .setComplete(false)
                    .setFailure("No candidates.")
                    .build()));
    assertThat(checked())
        .containsExactly("lost: dataset " + DATASET + " was not built: No candidates.");
  }

  @Test
  void findsEvaluationsThatAreMissingTwiceThereOrWrong() {
    right.evaluations.removeIf(record -> record.value().getCheckpointId().equals(Workload.INITIAL));
    right.evaluations.add(
        right.again(right.evaluations, record -> record.value().getSubject().isEmpty()));
    replace(
        right.evaluations,
        record -> record.key().equals(Workload.TUNED + "\n" + Workload.SUBJECT),
        record -> with(record, record.value().toBuilder().setUnanswered(1).build()));
    assertThat(checked())
        .hasSize(4)
        .contains(
            "lost: evaluation of initial",
            "lost: evaluation of initial in geology",
            "duplicate: 2 of the evaluation of tuned, subject ''")
        .anyMatch(
            line ->
                line.startsWith("conflicting: the evaluation of tuned, subject 'geology'")
                    && line.contains("1 unanswered"));
  }

  @Test
  void findsWhatComesOfARetiredCheckpoint() {
    replace(
        right.knowledge, record -> isAbout(record, 4, 1, Workload.NEXT), record -> at(record, -1));
    assertThat(checked())
        .hasSize(3)
        .allMatch(line -> line.startsWith("stale: knowledge of q000004"));
  }

  @Test
  void findsALabelOfAnotherInitialCheckpoint() {
    assertThat(WORKLOAD.isLast(67)).isTrue();
    replace(
        right.instructions,
        record -> record.key().equals(Workload.id(67)),
        record ->
            with(
                record,
                record.value().toBuilder()
                    .setBasis(Basis.newBuilder().setInitialCheckpointId(Workload.INITIAL))
                    .build()));
    assertThat(checked()).singleElement().asString().startsWith("conflicting: revision 1");
  }

  @Test
  void findsDeadLettersThatAreMissingTwiceThereOrOfOthers() {
    Committed<DeadLetter> refused = right.deadLetters.get(0);
    right.deadLetters.clear();
    assertThat(checked()).containsExactly("lost: dead letter of the second retirement");

    right.deadLetters.addAll(List.of(refused, refused));
    assertThat(checked()).containsExactly("duplicate: 2 dead letters of the second retirement");

    right.deadLetters.set(
        1, with(refused, DeadLetter.newBuilder().setExplanation("It is broken.").build()));
    assertThat(checked()).containsExactly("lost: dead letter: It is broken.");
  }

  @Test
  void findsInstructionsForWhatIsEvaluated() {
    assertThat(WORKLOAD.isEvaluated(13)).isTrue();
    right.instructions.add(right.committed(Workload.id(13), instruction(13, 1, 1, "")));
    assertThat(checked())
        .containsExactly("conflicting: an instruction for q000013, for evaluation");
  }

  private List<String> checked() {
    Findings findings = new Findings();
    new RecordChecker(WORKLOAD, findings).check(right.output());
    return findings.lines();
  }
}
