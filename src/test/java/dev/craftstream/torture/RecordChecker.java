package dev.craftstream.torture;

import dev.craftstream.torture.Findings.Kind;
import dev.craftstream.torture.Output.Committed;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Stage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds what was committed against what has to be: exactly one knowledge state for each question
 * and checkpoint, and the instructions, datasets and evaluations that follow from it.
 */
final class RecordChecker {
  private static final double ROUNDING = 1e-9;

  private final Workload workload;
  private final Findings findings;

  RecordChecker(Workload workload, Findings findings) {
    this.workload = workload;
    this.findings = findings;
  }

  /** What the topics hold. */
  void check(Output output) {
    Awaited awaited = new Awaited(workload);
    output.knowledge().forEach(awaited::knowledge);
    output.instructions().forEach(awaited::instruction);
    output.manifests().forEach(awaited::manifest);
    output.evaluations().forEach(awaited::evaluation);
    output.deadLetters().forEach(awaited::deadLetter);
    awaited.missing().stream().sorted().forEach(what -> findings.add(Kind.LOST, "%s", what));
    byKey(output.knowledge()).values().forEach(this::checkKnowledge);
    byKey(output.instructions()).values().forEach(this::checkInstructions);
    checkDatasets(output);
    byKey(output.evaluations()).values().forEach(this::checkEvaluation);
    checkDeadLetters(output.deadLetters());
  }

  /** One retirement is sent twice, so that its second record has to be refused, once. */
  private void checkDeadLetters(List<Committed<DeadLetter>> letters) {
    int refused = 0;
    for (Committed<DeadLetter> letter : letters) {
      if (Awaited.isSecondRetirement(letter.value())) {
        refused++;
      } else {
        findings.add(Kind.LOST, "dead letter: %s", letter.value().getExplanation());
      }
    }
    if (refused > 1) {
      findings.add(Kind.DUPLICATE, "%d dead letters of the second retirement", refused);
    }
  }

  private static <T> Map<String, List<Committed<T>>> byKey(List<Committed<T>> records) {
    Map<String, List<Committed<T>>> byKey = new HashMap<>();
    for (Committed<T> record : records) {
      byKey.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record);
    }
    // A key lies in one partition, where offsets are the order.
    byKey.values().forEach(list -> list.sort(Comparator.comparingLong(Committed::offset)));
    return byKey;
  }

  private void checkKnowledge(List<Committed<KnowledgeRecord>> ofQuestion) {
    Set<String> seen = new HashSet<>();
    int newestVersion = 0;
    boolean removed = false;
    boolean underNext = false;
    for (Committed<KnowledgeRecord> record : ofQuestion) {
      KnowledgeRecord value = record.value();
      if (value == null) {
        if (removed) {
          findings.add(Kind.DUPLICATE, "removal of %s in knowledge", record.key());
        }
        removed = true;
        continue;
      }
      String what =
          "knowledge of %s, edition %d, under %s at %d:%d"
              .formatted(
                  record.key(),
                  value.getQuestionVersion(),
                  value.getCheckpointId(),
                  record.partition(),
                  record.offset());
      if (!seen.add(value.getQuestionVersion() + " " + value.getCheckpointId())) {
        findings.add(Kind.DUPLICATE, "%s", what);
      }
      boolean ofNext = value.getCheckpointId().equals(Workload.NEXT);
      if (removed || value.getQuestionVersion() < newestVersion || (underNext && !ofNext)) {
        findings.add(Kind.STALE, "%s", what);
      }
      underNext |= ofNext;
      newestVersion = Math.max(newestVersion, value.getQuestionVersion());
      double expected =
          workload.correctness(
              Workload.number(record.key()), value.getQuestionVersion(), value.getCheckpointId());
      if (Math.abs(value.getCorrectness() - expected) > ROUNDING) {
        findings.add(
            Kind.CONFLICTING, "%s says %s, not %s", what, value.getCorrectness(), expected);
      }
    }
  }

  /** A tombstone, which is a revision too, stands between two editions and behind the last one. */
  private void checkInstructions(List<Committed<Instruction>> ofQuestion) {
    int number = Workload.number(ofQuestion.get(0).key());
    if (workload.isEvaluated(number)) {
      findings.add(Kind.CONFLICTING, "an instruction for %s, for evaluation", Workload.id(number));
      return;
    }
    int revision = 0;
    int newestVersion = 0;
    boolean inForce = false;
    Set<String> decisions = new HashSet<>();
    for (Committed<Instruction> record : ofQuestion) {
      Instruction value = record.value();
      if (value == null) {
        if (!inForce) {
          findings.add(Kind.DUPLICATE, "removal of %s in instructions", record.key());
        }
        inForce = false;
        revision++;
        continue;
      }
      String what =
          "revision %d of the instruction for %s, edition %d, at %d:%d"
              .formatted(
                  value.getRevision(),
                  record.key(),
                  value.getQuestionVersion(),
                  record.partition(),
                  record.offset());
      if (value.getRevision() > revision + 1) {
        findings.add(Kind.LOST, "%s comes after %d", what, revision);
      } else if (value.getRevision() <= revision) {
        findings.add(Kind.DUPLICATE, "%s comes after %d", what, revision);
      }
      revision = value.getRevision();
      boolean isNewEdition = value.getQuestionVersion() > newestVersion;
      if (isNewEdition && inForce) {
        findings.add(Kind.LOST, "removal of the edition before %s", what);
      } else if (!isNewEdition && (!inForce || value.getQuestionVersion() < newestVersion)) {
        findings.add(Kind.STALE, "%s", what);
      }
      inForce = true;
      newestVersion = Math.max(newestVersion, value.getQuestionVersion());
      String rehearsal = value.getBasis().getRehearsalCheckpointId();
      if (!decisions.add(value.getQuestionVersion() + " " + rehearsal)) {
        findings.add(Kind.DUPLICATE, "%s decides again with '%s'", what, rehearsal);
      }
      if ((value.getStage() == Stage.STAGE_FINAL) == rehearsal.isEmpty()
          || !value.getBasis().getInitialCheckpointId().equals(workload.initial(number))
          || value.getLabel() != workload.label(number, value.getQuestionVersion(), rehearsal)) {
        findings.add(Kind.CONFLICTING, "%s says %s", what, value.getLabel());
      }
    }
    Instruction last = ofQuestion.get(ofQuestion.size() - 1).value();
    if (workload.isRemoved(number)) {
      if (last != null) {
        findings.add(Kind.STALE, "an instruction for %s, which was removed", Workload.id(number));
      }
    } else if (last == null
        || last.getQuestionVersion() != workload.lastEdition(number)
        || !last.getBasis().getRehearsalCheckpointId().equals(workload.rehearsal(number))) {
      findings.add(Kind.STALE, "the last instruction for %s", Workload.id(number));
    }
  }

  /** A manifest counts the base records of its dataset; there are as many, each once. */
  private void checkDatasets(Output output) {
    Map<String, Long> base = new HashMap<>();
    byKey(output.datasets())
        .forEach(
            (key, ofQuestion) -> {
              int revision = 0;
              for (Committed<DatasetRecord> record : ofQuestion) {
                if (record.value().getRevision() != revision + 1) {
                  findings.add(
                      record.value().getRevision() > revision ? Kind.LOST : Kind.DUPLICATE,
                      "revision %d after %d of %s",
                      record.value().getRevision(),
                      revision,
                      key.replace('\n', ' '));
                }
                revision = record.value().getRevision();
                if (record.value().getMark() == Mark.MARK_BASE) {
                  base.merge(record.value().getDatasetId(), 1L, Long::sum);
                }
              }
            });
    byKey(output.manifests())
        .forEach(
            (id, manifests) -> {
              if (manifests.size() > 1) {
                findings.add(Kind.DUPLICATE, "%d manifests of %s", manifests.size(), id);
              }
              DatasetManifest manifest = manifests.get(0).value();
              long counted =
                  manifest.getAnswer().getQuestions() + manifest.getRefusal().getQuestions();
              long found = base.getOrDefault(id, 0L);
              if (!manifest.getComplete()) {
                findings.add(Kind.LOST, "dataset %s was not built: %s", id, manifest.getFailure());
              } else if (found != counted) {
                findings.add(
                    found < counted ? Kind.LOST : Kind.DUPLICATE,
                    "dataset %s has %d records, its manifest counts %d",
                    id,
                    found,
                    counted);
              }
            });
  }

  /** All questions for evaluation have one subject, so its figures are those of all. */
  private void checkEvaluation(List<Committed<Evaluation>> ofSubject) {
    Evaluation evaluation = ofSubject.get(0).value();
    String what =
        "evaluation of %s, subject '%s'"
            .formatted(evaluation.getCheckpointId(), evaluation.getSubject());
    if (ofSubject.size() > 1) {
      findings.add(Kind.DUPLICATE, "%d of the %s", ofSubject.size(), what);
    }
    long correct = workload.evaluatedCorrect(evaluation.getCheckpointId());
    long wrong = workload.evaluated() - correct;
    if (evaluation.getCorrect() != correct
        || evaluation.getWrong() != wrong
        || evaluation.getRefused() != 0
        || evaluation.getUnanswered() != 0) {
      findings.add(
          Kind.CONFLICTING,
          "the %s says %d correct, %d wrong, %d refused and %d unanswered, not %d and %d",
          what,
          evaluation.getCorrect(),
          evaluation.getWrong(),
          evaluation.getRefused(),
          evaluation.getUnanswered(),
          correct,
          wrong);
    }
  }
}
