package dev.craftstream.triton.doctor;

import static dev.craftstream.triton.doctor.Finding.fault;
import static dev.craftstream.triton.doctor.Finding.remark;
import static dev.craftstream.triton.doctor.Finding.well;

import dev.craftstream.triton.TritonJudge;
import dev.craftstream.triton.doctor.ChoiceCheck.Asking;

/** Whether the judge model is there, and gives verdicts. */
final class JudgeCheck {
  private static final String CHECK = "judge";

  private JudgeCheck() {}

  static Finding of(Asking asking, TritonJudge judge) throws InterruptedException {
    String name = judge.named().shown();
    Outcome<Void> fits = asking.outcome("waiting for the judge " + name, judge::fits);
    if (fits.failed()) {
      return failed(
          fits.failure().getMessage() == null
              ? "The judge " + name + " does not get ready in time."
              : fits.sentence(),
          fits);
    }
    Outcome<Boolean> right = asking.outcome("having a right answer judged", judge::tried);
    if (right.failed()) {
      return failed(right.sentence(), right);
    }
    Outcome<Boolean> wrong =
        asking.outcome("having a wrong answer judged", judge::triedWithWrongAnswer);
    if (wrong.failed()) {
      return failed(wrong.sentence(), wrong);
    }
    String found =
        "The judge %s calls Paris %s and Rome %s as the capital of France."
            .formatted(name, word(right.value()), word(wrong.value()));
    return right.value() && !wrong.value()
        ? well(CHECK, found)
        : remark(
            CHECK,
            found,
            "A judge that is wrong about this is so about other answers: set judge.chat-template to what"
                + " it wants, change judge.prompt, or name another model.");
  }

  private static String word(boolean correct) {
    return correct ? "CORRECT" : "INCORRECT";
  }

  private static Finding failed(String sentence, Outcome<?> outcome) {
    return fault(
        CHECK,
        sentence,
        outcome
            .advice()
            .replace("triton.endpoints", "judge.endpoints")
            .replace("raise triton.deadline", "raise judge.deadline"));
  }
}
