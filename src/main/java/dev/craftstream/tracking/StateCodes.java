package dev.craftstream.tracking;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import java.io.IOException;

/**
 * The numbers that stand for names in the keyed state. They are part of its format: none is ever
 * used for something else.
 */
final class StateCodes {
  private StateCodes() {}

  static int code(Task task) {
    return switch (task) {
      case OPEN_ENDED -> 0;
      case MULTIPLE_CHOICE -> 1;
    };
  }

  static Task task(int code) throws IOException {
    return switch (code) {
      case 0 -> Task.OPEN_ENDED;
      case 1 -> Task.MULTIPLE_CHOICE;
      default -> throw new IOException("A question's state has the unknown task " + code + ".");
    };
  }

  static int code(Purpose purpose) {
    return switch (purpose) {
      case TRAIN -> 0;
      case EVALUATE -> 1;
    };
  }

  static Purpose purpose(int code) throws IOException {
    return switch (code) {
      case 0 -> Purpose.TRAIN;
      case 1 -> Purpose.EVALUATE;
      default -> throw new IOException("A question's state has the unknown purpose " + code + ".");
    };
  }

  static int code(CertaintyKind kind) {
    return switch (kind) {
      case NONE -> 0;
      case EMBEDDING_SIMILARITY -> 1;
      case SEMANTIC_ENTROPY -> 2;
      case OPTION_ENTROPY -> 3;
      case NORMALIZED_OPTION_ENTROPY -> 4;
      case CHOSEN_OPTION_ENTROPY -> 5;
    };
  }

  static CertaintyKind certaintyKind(int code) throws IOException {
    return switch (code) {
      case 0 -> CertaintyKind.NONE;
      case 1 -> CertaintyKind.EMBEDDING_SIMILARITY;
      case 2 -> CertaintyKind.SEMANTIC_ENTROPY;
      case 3 -> CertaintyKind.OPTION_ENTROPY;
      case 4 -> CertaintyKind.NORMALIZED_OPTION_ENTROPY;
      case 5 -> CertaintyKind.CHOSEN_OPTION_ENTROPY;
      default ->
          throw new IOException(
              "A question's state has the unknown kind of certainty " + code + ".");
    };
  }

  static int code(CorrectnessRule rule) {
    return switch (rule) {
      case SUBSTRING -> 0;
      case NORMALIZED_SUBSTRING -> 1;
      case WORDS -> 2;
      case LETTER_PROBABILITIES -> 3;
      case CHOSEN_OPTION -> 4;
      case JUDGE -> 5;
    };
  }

  static CorrectnessRule correctnessRule(int code) throws IOException {
    return switch (code) {
      case 0 -> CorrectnessRule.SUBSTRING;
      case 1 -> CorrectnessRule.NORMALIZED_SUBSTRING;
      case 2 -> CorrectnessRule.WORDS;
      case 3 -> CorrectnessRule.LETTER_PROBABILITIES;
      case 4 -> CorrectnessRule.CHOSEN_OPTION;
      case 5 -> CorrectnessRule.JUDGE;
      default ->
          throw new IOException(
              "A question's state has the unknown rule of correctness " + code + ".");
    };
  }
}
