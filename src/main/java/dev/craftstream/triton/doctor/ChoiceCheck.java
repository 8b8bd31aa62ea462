package dev.craftstream.triton.doctor;

import static dev.craftstream.triton.doctor.Finding.fault;
import static dev.craftstream.triton.doctor.Finding.remark;
import static dev.craftstream.triton.doctor.Finding.well;

import dev.craftstream.knowledge.Measurement;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.triton.TritonKnowledgeQuery;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import dev.craftstream.triton.contract.InferenceContract.Weighed;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/** Whether a model can be asked multiple-choice questions as the job is set to ask them. */
final class ChoiceCheck {
  private static final String CHECK = "multiple-choice";

  /** Asks, says so, and waits for the outcome. */
  interface Asking {
    <T> Outcome<T> outcome(String what, Supplier<CompletableFuture<T>> asked)
        throws InterruptedException;
  }

  private final Asking asking;
  private final TritonKnowledgeQuery query;
  private final ModelCheckpoint checkpoint;

  private ChoiceCheck(Asking asking, TritonKnowledgeQuery query, ModelCheckpoint checkpoint) {
    this.asking = asking;
    this.query = query;
    this.checkpoint = checkpoint;
  }

  static List<Finding> of(
      Asking asking, TritonKnowledgeQuery query, boolean byLetters, ModelCheckpoint checkpoint)
      throws InterruptedException {
    ChoiceCheck check = new ChoiceCheck(asking, query, checkpoint);
    return List.of(byLetters ? check.letters() : check.samples());
  }

  private Finding samples() throws InterruptedException {
    Outcome<Measurement> state = ask();
    if (state.failed()) {
      return fault(CHECK, state.sentence(), state.advice());
    }
    int correct = state.value().state().correctSamples();
    int all = state.value().state().samples();
    String found =
        "%d of %d samples choose the right option of \"%s\", and %d refuse."
            .formatted(
                correct,
                all,
                Probes.MULTIPLE_CHOICE.text(),
                state.value().state().refusedSamples());
    return correct > 0
        ? well(CHECK, found)
        : remark(
            CHECK,
            found,
            "A model that knows this was not understood: its samples may name no option, or its"
                + " thoughts may take all of query.reasoning.max-tokens.");
  }

  private Finding letters() throws InterruptedException {
    if (!query.weighs(checkpoint.serving())) {
      return remark(
          CHECK,
          "The contract "
              + checkpoint.serving().contract()
              + " tells no token's probability: multiple-choice questions would be dead letters.",
          "Where there are such questions, set query.multiple-choice.by to SAMPLES.");
    }
    Question question = Probes.MULTIPLE_CHOICE;
    MultipleChoiceQuery asked = query.queries().letters(question);
    Outcome<Measurement> state = ask();
    Outcome<Weighed> weighed =
        state.failed() ? new Outcome<>(null, state.failure()) : weigh("asking it again", asked);
    if (weighed.failed()) {
      return fault(CHECK, weighed.sentence(), weighed.advice());
    }
    double withoutBlank = -1;
    String cut = asked.prompt().stripTrailing();
    if (!asked.isChat() && !cut.equals(asked.prompt())) {
      Outcome<Weighed> again =
          weigh(
              "asking it without the blank at its end",
              new MultipleChoiceQuery(asked.id(), cut, asked.letters(), true));
      withoutBlank = again.failed() ? -1 : mass(again.value());
    }
    return AnswerChecks.letters(mass(weighed.value()), withoutBlank, weighed.value().unseen());
  }

  private Outcome<Measurement> ask() throws InterruptedException {
    return asking.outcome(
        "asking a multiple-choice question",
        () -> query.ask(Probes.MULTIPLE_CHOICE, 1, checkpoint));
  }

  private Outcome<Weighed> weigh(String what, MultipleChoiceQuery asked)
      throws InterruptedException {
    return asking.outcome(what, () -> query.answer(checkpoint.serving(), asked));
  }

  private static double mass(Weighed weighed) {
    return DoubleStream.of(weighed.probabilities()).sum();
  }
}
