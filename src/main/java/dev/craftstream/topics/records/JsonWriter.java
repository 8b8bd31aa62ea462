package dev.craftstream.topics.records;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.Cost;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Estimate;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Purpose;
import dev.craftstream.v1.Task;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes proto3 JSON, with figures even where they are 0. */
final class JsonWriter {

  /** Those that are written in each message of their kind. */
  static final Set<FieldDescriptor> FIGURES =
      Set.of(
          field(KnowledgeRecord.getDescriptor(), KnowledgeRecord.CORRECTNESS_FIELD_NUMBER),
          field(KnowledgeRecord.getDescriptor(), KnowledgeRecord.CERTAINTY_FIELD_NUMBER),
          field(Instruction.getDescriptor(), Instruction.RESPONSE_FIELD_NUMBER),
          field(Basis.getDescriptor(), Basis.INITIAL_CORRECTNESS_FIELD_NUMBER),
          field(Basis.getDescriptor(), Basis.INITIAL_CERTAINTY_FIELD_NUMBER),
          field(DatasetManifest.getDescriptor(), DatasetManifest.COMPLETE_FIELD_NUMBER),
          field(DatasetManifest.getDescriptor(), DatasetManifest.SEED_FIELD_NUMBER),
          field(ClassCount.getDescriptor(), ClassCount.CANDIDATES_FIELD_NUMBER),
          field(ClassCount.getDescriptor(), ClassCount.WANTED_FIELD_NUMBER),
          field(ClassCount.getDescriptor(), ClassCount.QUESTIONS_FIELD_NUMBER),
          field(ClassCount.getDescriptor(), ClassCount.RECORDS_FIELD_NUMBER),
          field(ClassCount.getDescriptor(), ClassCount.SHORTAGE_FIELD_NUMBER),
          field(Evaluation.getDescriptor(), Evaluation.CORRECT_FIELD_NUMBER),
          field(Evaluation.getDescriptor(), Evaluation.WRONG_FIELD_NUMBER),
          field(Evaluation.getDescriptor(), Evaluation.REFUSED_FIELD_NUMBER),
          field(Evaluation.getDescriptor(), Evaluation.UNANSWERED_FIELD_NUMBER),
          field(Evaluation.getDescriptor(), Evaluation.SEED_FIELD_NUMBER),
          field(Cost.getDescriptor(), Cost.REQUESTS_FIELD_NUMBER),
          field(Cost.getDescriptor(), Cost.REQUESTS_WITH_TOKENS_FIELD_NUMBER),
          field(Estimate.getDescriptor(), Estimate.VALUE_FIELD_NUMBER),
          field(Estimate.getDescriptor(), Estimate.LOW_FIELD_NUMBER),
          field(Estimate.getDescriptor(), Estimate.HIGH_FIELD_NUMBER),
          field(DeadLetter.getDescriptor(), DeadLetter.PARTITION_FIELD_NUMBER),
          field(DeadLetter.getDescriptor(), DeadLetter.OFFSET_FIELD_NUMBER));

  private static final JsonPrinter PRINTER = printing(FIGURES);

  private static final JsonPrinter OPEN_ENDED_PRINTER =
      printing(
          FIGURES,
          field(KnowledgeRecord.getDescriptor(), KnowledgeRecord.SAMPLES_FIELD_NUMBER),
          field(KnowledgeRecord.getDescriptor(), KnowledgeRecord.CORRECT_SAMPLES_FIELD_NUMBER),
          field(KnowledgeRecord.getDescriptor(), KnowledgeRecord.REFUSED_SAMPLES_FIELD_NUMBER),
          field(DatasetManifest.getDescriptor(), DatasetManifest.KNOWN_CORRECTNESS_FIELD_NUMBER),
          field(DatasetManifest.getDescriptor(), DatasetManifest.KNOWN_CERTAINTY_FIELD_NUMBER));

  private static final JsonPrinter MULTIPLE_CHOICE_PRINTER =
      printing(
          FIGURES,
          field(KnowledgeRecord.getDescriptor(), KnowledgeRecord.TARGET_PROBABILITY_FIELD_NUMBER),
          field(
              DatasetManifest.getDescriptor(),
              DatasetManifest.KNOWN_TARGET_PROBABILITY_FIELD_NUMBER));

  private static final JsonPrinter TRAINING_PRINTER =
      printing(
          FIGURES,
          field(DatasetManifest.getDescriptor(), DatasetManifest.ANSWER_FROM_FIELD_NUMBER),
          field(DatasetManifest.getDescriptor(), DatasetManifest.REFUSAL_BOUND_FIELD_NUMBER));

  private JsonWriter() {}

  private static FieldDescriptor field(Descriptor message, int number) {
    return message.findFieldByNumber(number);
  }

  private static JsonPrinter printing(Set<FieldDescriptor> figures, FieldDescriptor... more) {
    Set<FieldDescriptor> always = new HashSet<>(figures);
    always.addAll(List.of(more));
    return new JsonPrinter(always);
  }

  /**
   * One line in UTF-8. Figures are there even where they are 0, everything else only where it is
   * set.
   */
  static byte[] write(Message message) {
    return printer(message).print(message);
  }

  private static JsonPrinter printer(Message message) {
    if (message instanceof KnowledgeRecord knowledge) {
      return knowledge.getPurpose() == Purpose.PURPOSE_EVALUATE
          ? OPEN_ENDED_PRINTER
          : printer(knowledge.getTask());
    }
    if (message instanceof DatasetManifest manifest) {
      if (manifest.getKind() != DatasetKind.DATASET_KIND_TRAINING) {
        return printer(manifest.getTask());
      }
      // Its candidates are all questions, so that there are no thresholds.
      return manifest.getStrategy().equals(Strategy.VAN_TUNING.name()) ? PRINTER : TRAINING_PRINTER;
    }
    return PRINTER;
  }

  private static JsonPrinter printer(Task task) {
    return task == Task.TASK_MULTIPLE_CHOICE ? MULTIPLE_CHOICE_PRINTER : OPEN_ENDED_PRINTER;
  }
}
