package dev.craftstream.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Reason;
import dev.craftstream.v1.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What a job has to commit for a small workload, and ways to change it. */
final class RightOutput {
  static final Workload WORKLOAD = new Workload(80, 1);
  static final String DATASET = "craft-open-ended-3";

  private static final Instant WRITTEN = Instant.ofEpochSecond(1_000);

  final List<Committed<KnowledgeRecord>> knowledge = new ArrayList<>();
  final List<Committed<Instruction>> instructions = new ArrayList<>();
  final List<Committed<DatasetRecord>> datasets = new ArrayList<>();
  final List<Committed<DatasetManifest>> manifests = new ArrayList<>();
  final List<Committed<Evaluation>> evaluations = new ArrayList<>();
  final List<Committed<DeadLetter>> deadLetters = new ArrayList<>();
  private long offset;

  RightOutput() {
    for (int number = 0; number < WORKLOAD.questions(); number++) {
      String id = Workload.id(number);
      int revision = 0;
      for (int edition = 1; edition <= WORKLOAD.lastEdition(number); edition++) {
        if (edition > 1) {
          instructions.add(committed(id, null));
          revision++;
        }
        for (String checkpoint : WORKLOAD.checkpoints(number)) {
          boolean isNext = checkpoint.equals(Workload.NEXT);
          if (isNext && (edition < WORKLOAD.lastEdition(number) || WORKLOAD.isRemoved(number))) {
            continue;
          }
          knowledge.add(committed(id, known(number, edition, checkpoint)));
          if (WORKLOAD.isEvaluated(number) || (isNext && !WORKLOAD.isLast(number))) {
            // No label goes back from final to provisional.
            continue;
          }
          String rehearsal = checkpoint.equals(WORKLOAD.initial(number)) ? "" : checkpoint;
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
    deadLetters.add(
        committed(
            Workload.INITIAL,
            DeadLetter.newBuilder()
                .setReason(Reason.REASON_UNKNOWN_CHECKPOINT)
                .setCheckpointId(Workload.INITIAL)
                .build()));
  }

  Output output() {
    return new Output(knowledge, instructions, datasets, manifests, evaluations, deadLetters);
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

  <T> Committed<T> committed(String key, T value) {
    return new Committed<>(key, value, 0, offset++, WRITTEN);
  }

  static KnowledgeRecord known(int number, int edition, String checkpoint) {
    return KnowledgeRecord.newBuilder()
        .setQuestionId(Workload.id(number))
        .setQuestionVersion(edition)
        .setCheckpointId(checkpoint)
        .setCorrectness(WORKLOAD.correctness(number, edition, checkpoint))
        .build();
  }

  static Instruction instruction(int number, int edition, int revision, String rehearsal) {
    return Instruction.newBuilder()
        .setQuestionId(Workload.id(number))
        .setQuestionVersion(edition)
        .setRevision(revision)
        .setStage(rehearsal.isEmpty() ? Stage.STAGE_PROVISIONAL : Stage.STAGE_FINAL)
        .setLabel(WORKLOAD.label(number, edition, rehearsal))
        .setBasis(
            Basis.newBuilder()
                .setInitialCheckpointId(WORKLOAD.initial(number))
                .setRehearsalCheckpointId(rehearsal))
        .build();
  }

  static boolean isAbout(
      Committed<KnowledgeRecord> record, int number, int edition, String checkpoint) {
    return record.value() != null
        && record.key().equals(Workload.id(number))
        && record.value().getQuestionVersion() == edition
        && record.value().getCheckpointId().equals(checkpoint);
  }

  static int revision(Committed<Instruction> record) {
    return record.value() == null ? 0 : record.value().getRevision();
  }

  <T> Committed<T> again(List<Committed<T>> records, Predicate<Committed<T>> which) {
    Committed<T> record = records.stream().filter(which).findFirst().orElseThrow();
    return at(record, offset++);
  }

  static <T> Committed<T> at(Committed<T> record, long offset) {
    return new Committed<>(record.key(), record.value(), 0, offset, record.written());
  }

  static <T> Committed<T> with(Committed<T> record, T value) {
    return new Committed<>(record.key(), value, 0, record.offset(), record.written());
  }

  static <T> void replace(
      List<Committed<T>> records,
      Predicate<Committed<T>> which,
      UnaryOperator<Committed<T>> change) {
    assertThat(records).anyMatch(which);
    records.replaceAll(record -> which.test(record) ? change.apply(record) : record);
  }
}
