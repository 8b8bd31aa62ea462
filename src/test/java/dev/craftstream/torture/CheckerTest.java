package dev.craftstream.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.torture.Checker.AskedAgain;
import dev.craftstream.torture.FlinkCluster.Completed;
import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker finds each kind of mistake in an output that is right otherwise. */
class CheckerTest {
  private static final Workload WORKLOAD = new Workload(80, 1);
  private static final int SLOTS = 2;
  private static final String DATASET = "craft-open-ended-3";

  private final List<Committed<KnowledgeRecord>> knowledge = new ArrayList<>();
  private final List<Committed<Instruction>> instructions = new ArrayList<>();
  private final List<Committed<DatasetRecord>> datasets = new ArrayList<>();
  private final List<Committed<DatasetManifest>> manifests = new ArrayList<>();
  private final List<Committed<Evaluation>> evaluations = new ArrayList<>();
  private final Findings findings = new Findings();
  private final StringBuilder log = new StringBuilder();
  private long offset;

  @TempDir private Path folder;

  CheckerTest() {
    for (int number = 0; number < WORKLOAD.questions(); number++) {
      String id = Workload.id(number);
      int revision = 0;
      for (int edition = 1; edition <= WORKLOAD.lastEdition(number); edition++) {
        if (edition > 1) {
          instructions.add(committed(id, null));
          revision++;
        }
        String rehearsal = "";
        for (String checkpoint : WORKLOAD.checkpoints(number)) {
          rehearsal = checkpoint.equals(Workload.INITIAL) ? "" : checkpoint;
          knowledge.add(committed(id, known(number, edition, checkpoint)));
          if (WORKLOAD.isEvaluated(number)) {
            continue;
          }
          instructions.add(committed(id, instruction(number, edition, ++revision, rehearsal)));
        }
      }
      if (WORKLOAD.isRemoved(number)) {
        knowledge.add(committed(id, null));
        instructions.add(committed(id, null));
      }
    }
    for (String dataset : Workload.datasets()) {
      for (String id : List.of("a", "b")) {
        datasets.add(
            committed(
                dataset + "\n" + id,
                DatasetRecord.newBuilder()
                    .setDatasetId(dataset)
                    .setRevision(1)
                    .setMark(Mark.MARK_BASE)
                    .build()));
      }
      manifests.add(
          committed(
              dataset,
              DatasetManifest.newBuilder()
                  .setComplete(true)
                  .setAnswer(ClassCount.newBuilder().setQuestions(1))
                  .setRefusal(ClassCount.newBuilder().setQuestions(1))
                  .build()));
    }
    for (String checkpoint : Workload.OF_EVALUATION) {
      for (String subject : List.of("", Workload.SUBJECT)) {
        evaluations.add(committed(checkpoint + "\n" + subject, evaluation(checkpoint, subject)));
      }
    }
  }

  private static Evaluation evaluation(String checkpoint, String subject) {
    long correct = WORKLOAD.evaluatedCorrect(checkpoint);
    return Evaluation.newBuilder()
        .setCheckpointId(checkpoint)
        .setSubject(subject)
        .setCorrect(correct)
        .setWrong(WORKLOAD.evaluated() - correct)
        .build();
  }

  @Test
  void whatIsRightIsRight() {
    assertThat(checked()).isEmpty();
  }

  @Test
  void findsWhatIsLost() {
    knowledge.removeIf(record -> isAbout(record, 4, 1, Workload.FIRST_REHEARSAL));
    assertThat(checked())
        .containsExactly("lost: knowledge of q000004, edition 1, under rehearsal-1");
  }

  @Test
  void findsLostInstructions() {
    instructions.removeIf(record -> record.key().equals("q000004") && revision(record) == 2);
    assertThat(checked())
        .singleElement()
        .asString()
        .startsWith("lost: revision 3")
        .endsWith("after 1");
  }

  @Test
  void findsAnEditionThatWasNotWithdrawn() {
    // Number 7 has two editions.
    instructions.removeIf(record -> record.value() == null && record.key().equals("q000007"));
    assertThat(checked())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("lost: removal of the edition before revision 5"))
        .anyMatch(line -> line.startsWith("lost: revision 5") && line.endsWith("after 3"));
  }

  @Test
  void findsAnEditionThatComesAfterItsWithdrawal() {
    replace(
        instructions,
        record -> record.value() == null && record.key().equals("q000007"),
        record -> at(record, record.offset() - 2));
    assertThat(checked()).anyMatch(line -> line.startsWith("stale: revision 3"));
  }

  @Test
  void findsLostRemovals() {
    knowledge.removeIf(record -> record.value() == null && record.key().equals("q000011"));
    instructions.removeIf(record -> record.value() == null && record.key().equals("q000011"));
    assertThat(checked())
        .containsExactly(
            "lost: removal of q000011", "stale: an instruction for q000011, which was removed");
  }

  @Test
  void findsWhatIsThereTwice() {
    knowledge.add(again(knowledge, record -> isAbout(record, 4, 1, Workload.INITIAL)));
    instructions.add(
        again(instructions, record -> record.key().equals("q000004") && revision(record) == 3));
    datasets.add(again(datasets, record -> record.key().equals(DATASET + "\nb")));
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
    replace(knowledge, record -> isAbout(record, 7, 2, Workload.INITIAL), record -> at(record, -1));
    assertThat(checked())
        .hasSize(3)
        .allMatch(line -> line.startsWith("stale: knowledge of q000007"));
  }

  @Test
  void findsWhatComesAfterARemoval() {
    replace(
        knowledge,
        record -> record.value() == null && record.key().equals("q000011"),
        record -> at(record, -1));
    assertThat(checked())
        .hasSize(3)
        .allMatch(line -> line.startsWith("stale: knowledge of q000011"));
  }

  @Test
  void findsOtherFiguresAndLabels() {
    replace(
        knowledge,
        record -> isAbout(record, 4, 1, Workload.INITIAL),
        record -> with(record, record.value().toBuilder().setCorrectness(0.55).build()));
    replace(
        instructions,
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
    datasets.removeIf(record -> record.key().equals(DATASET + "\nb"));
    assertThat(checked())
        .containsExactly("lost: dataset " + DATASET + " has 1 records, its manifest counts 2");
  }

  @Test
  void findsDatasetsThatWereNotClosed() {
    manifests.removeIf(record -> record.key().equals(DATASET));
    assertThat(checked()).containsExactly("lost: manifest of " + DATASET);
  }

  @Test
  void findsDatasetsThatWereNotBuilt() {
    replace(
        manifests,
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
    evaluations.removeIf(record -> record.value().getCheckpointId().equals(Workload.INITIAL));
    evaluations.add(again(evaluations, record -> record.value().getSubject().isEmpty()));
    replace(
        evaluations,
        record -> record.value().getSubject().equals(Workload.SUBJECT),
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
  void findsInstructionsForWhatIsEvaluated() {
    assertThat(WORKLOAD.isEvaluated(13)).isTrue();
    instructions.add(committed(Workload.id(13), instruction(13, 1, 1, "")));
    assertThat(checked())
        .containsExactly("conflicting: an instruction for q000013, for evaluation");
  }

  // ---------------------------------------------------------------- requests

  private static final Fault TASK_MANAGER = fault(Fault.Kind.TASK_MANAGER_KILLED, 100, 110);
  private static final Fault SERVER = fault(Fault.Kind.SERVER_KILLED, 200, 210);
  private static final Fault LATER_TASK_MANAGER = fault(Fault.Kind.TASK_MANAGER_KILLED, 300, 310);
  private static final List<Completed> CHECKPOINTS =
      List.of(new Completed(1, at(50), at(51)), new Completed(2, at(90), at(91)));

  @Test
  void tellsWhyTheModelWasAskedAgain() throws Exception {
    asked(98, "q000001");
    asked(105, "q000001");
    asked(95, "q000002");
    answered(96, "q000002");
    asked(106, "q000002");
    asked(101, "q000003");
    answered(102, "q000003");
    asked(106, "q000003");
    asked(199, "q000004");
    answered(200, "q000004");
    asked(205, "q000004");
    // While the job recovered from the server's death, lost with the next task manager.
    asked(209, "q000005");
    answered(210, "q000005");
    asked(305, "q000005");
    assertThat(again())
        .isEqualTo(
            Map.of(
                TASK_MANAGER,
                new AskedAgain(1, 1, 1),
                SERVER,
                new AskedAgain(1, 0, 0),
                LATER_TASK_MANAGER,
                new AskedAgain(0, 1, 0)));
    assertThat(findings.lines()).isEmpty();
  }

  @Test
  void findsRequestsForWhatIsCommitted() throws Exception {
    asked(95, "q000001");
    asked(105, "q000001");
    replace(
        knowledge,
        record -> isAbout(record, 1, 1, Workload.INITIAL),
        record -> new Committed<>(record.key(), record.value(), 0, record.offset(), at(96)));
    again();
    assertThat(findings.lines())
        .singleElement()
        .asString()
        .startsWith("asked again though committed: ");
  }

  @Test
  void findsRequestsWithoutACause() throws Exception {
    asked(120, "q000001");
    asked(130, "q000001");
    again();
    assertThat(findings.lines())
        .singleElement()
        .asString()
        .startsWith("asked again without a cause: ");
  }

  @Test
  void findsMoreRequestsAgainThanCanHaveBeenInFlight() throws Exception {
    for (int number = 0; number <= SLOTS; number++) {
      asked(199, Workload.id(number));
      asked(205, Workload.id(number));
    }
    for (int number = 10; number <= 10 + SLOTS; number++) {
      asked(80, Workload.id(number));
      asked(105, Workload.id(number));
    }
    again();
    assertThat(findings.lines())
        .containsExactlyInAnyOrder(
            "asked again without a cause: 3 requests for SIGKILL tritonserver, but only 2 can be in"
                + " flight",
            "asked again without a cause: 3 requests from before the last Flink checkpoint for SIGKILL"
                + " task manager, but only 2 can have been in flight");
  }

  @Test
  void findsMoreRequestsInAllThanTheFaultsExplain() throws Exception {
    // Two of a hundred were answered and not yet committed, and one was in flight: 1.02 and that.
    for (int number = 0; number < 100; number++) {
      asked(95, Workload.id(number));
      if (number != 1) {
        answered(96, Workload.id(number));
      }
      if (number < 3) {
        asked(106, Workload.id(number));
      }
    }
    checkTotal();
    assertThat(findings.lines()).isEmpty();

    asked(106, Workload.id(3));
    checkTotal();
    assertThat(findings.lines())
        .containsExactly(
            "asked too often in all: 104 requests where 100 were needed and 1 were in flight at a fault");
  }

  private void checkTotal() throws Exception {
    Map<Fault, AskedAgain> again = again();
    new Checker(WORKLOAD, findings).checkTotal(requestLog(), again);
  }

  @Test
  void findsTwoRequestsForTheSameThatDiffer() throws Exception {
    log.append("asked 199000000000 1 q000001 1 abc\n");
    log.append("asked 205000000000 1 q000001 1 abd\n");
    again();
    assertThat(findings.lines()).singleElement().asString().startsWith("conflicting: ");
  }

  private void asked(int second, String id) {
    log.append("asked " + second + "000000000 1 " + id + " 1 abc\n");
  }

  private void answered(int second, String id) {
    log.append("answered " + second + "000000000 1 " + id + " 1 abc\n");
  }

  private Map<Fault, AskedAgain> again() throws Exception {
    return new Checker(WORKLOAD, findings)
        .checkRequests(
            requestLog(),
            output(),
            List.of(TASK_MANAGER, SERVER, LATER_TASK_MANAGER),
            CHECKPOINTS,
            SLOTS);
  }

  private RequestLog requestLog() throws Exception {
    return RequestLog.read(Files.writeString(folder.resolve("requests.log"), log));
  }

  private static Fault fault(Fault.Kind kind, int began, int recovered) {
    return new Fault(kind, "", at(began), at(began + 1), at(recovered));
  }

  private static Instant at(int second) {
    return Instant.ofEpochSecond(second);
  }

  // ---------------------------------------------------------------- records

  private List<String> checked() {
    new Checker(WORKLOAD, findings).checkRecords(output());
    return findings.lines();
  }

  private Output output() {
    return new Output(knowledge, instructions, datasets, manifests, evaluations, List.of());
  }

  private <T> Committed<T> committed(String key, T value) {
    return new Committed<>(key, value, 0, offset++, at(1_000));
  }

  private static KnowledgeRecord known(int number, int edition, String checkpoint) {
    return KnowledgeRecord.newBuilder()
        .setQuestionId(Workload.id(number))
        .setQuestionVersion(edition)
        .setCheckpointId(checkpoint)
        .setCorrectness(WORKLOAD.correctness(number, edition, checkpoint))
        .build();
  }

  private static Instruction instruction(int number, int edition, int revision, String rehearsal) {
    return Instruction.newBuilder()
        .setQuestionId(Workload.id(number))
        .setQuestionVersion(edition)
        .setRevision(revision)
        .setStage(rehearsal.isEmpty() ? Stage.STAGE_PROVISIONAL : Stage.STAGE_FINAL)
        .setLabel(Workload.label(number, edition, rehearsal))
        .setBasis(Basis.newBuilder().setRehearsalCheckpointId(rehearsal))
        .build();
  }

  private static boolean isAbout(
      Committed<KnowledgeRecord> record, int number, int edition, String checkpoint) {
    return record.value() != null
        && record.key().equals(Workload.id(number))
        && record.value().getQuestionVersion() == edition
        && record.value().getCheckpointId().equals(checkpoint);
  }

  private static int revision(Committed<Instruction> record) {
    return record.value() == null ? 0 : record.value().getRevision();
  }

  private <T> Committed<T> again(List<Committed<T>> records, Predicate<Committed<T>> which) {
    Committed<T> record = records.stream().filter(which).findFirst().orElseThrow();
    return at(record, offset++);
  }

  private static <T> Committed<T> at(Committed<T> record, long offset) {
    return new Committed<>(record.key(), record.value(), 0, offset, record.written());
  }

  private static <T> Committed<T> with(Committed<T> record, T value) {
    return new Committed<>(record.key(), value, 0, record.offset(), record.written());
  }

  private static <T> void replace(
      List<Committed<T>> records,
      Predicate<Committed<T>> which,
      UnaryOperator<Committed<T>> change) {
    assertThat(records).anyMatch(which);
    records.replaceAll(record -> which.test(record) ? change.apply(record) : record);
  }
}
