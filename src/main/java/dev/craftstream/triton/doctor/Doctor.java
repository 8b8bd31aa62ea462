package dev.craftstream.triton.doctor;

import static dev.craftstream.triton.doctor.AnswerChecks.shown;
import static dev.craftstream.triton.doctor.Finding.fault;
import static dev.craftstream.triton.doctor.Finding.notChecked;
import static dev.craftstream.triton.doctor.Finding.remark;
import static dev.craftstream.triton.doctor.Finding.well;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.triton.EvaluationSettings;
import dev.craftstream.triton.QuerySettings;
import dev.craftstream.triton.TritonKnowledgeQuery;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.contract.InferenceContract.Sampled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Examines a served model by asking it as the job would: the same client, contract, prompts,
 * settings. What is wrong is a sentence, with one on what to do.
 */
public final class Doctor {
  /** What a client's own deadline may take to be noticed here. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private static final int LONGEST_REFUSAL = 250;

  private static final List<String> AFTER_CONTRACT =
      List.of("open-ended", "seeds", "embeddings", "multiple-choice", "evaluate", "long question");

  /**
   * What the job is set to, and how long the rates are measured.
   *
   * @param longestQuestion characters of the longest question that the job lets through
   * @param levels numbers of questions in flight whose rates are measured
   * @param rateTime how long for each; zero leaves the rates out
   */
  public record Settings(
      TritonSettings triton,
      QuerySettings query,
      EvaluationSettings evaluation,
      int longestQuestion,
      List<Integer> levels,
      Duration rateTime) {}

  /** Is told how far an examination is, as it goes. */
  public interface Progress {
    /** What is looked at now, in a few words. */
    void step(String what);

    /** What a check has found. */
    default void found(Finding finding) {}

    /** A rate that was measured. */
    default void measured(Rate rate) {}
  }

  private final Settings settings;
  private final ModelCheckpoint checkpoint;
  private final Serving serving;
  private final Progress progress;
  private final List<Finding> findings = new ArrayList<>();
  private final List<Rate> rates = new ArrayList<>();
  private final TritonKnowledgeQuery query;

  private Doctor(
      Settings settings,
      ModelCheckpoint checkpoint,
      TritonKnowledgeQuery query,
      Progress progress) {
    this.settings = settings;
    this.checkpoint = checkpoint;
    this.serving = checkpoint.serving();
    this.query = query;
    this.progress = progress;
  }

  /**
   * Examines a model.
   *
   * @param checkpoint says where it is served
   * @param progress is told what is looked at and what was found
   * @throws IllegalStateException where a file or variable that the settings name is missing
   */
  public static Diagnosis examine(Settings settings, ModelCheckpoint checkpoint, Progress progress)
      throws InterruptedException {
    try (TritonKnowledgeQuery query =
        new TritonKnowledgeQuery.Factory(settings.triton(), settings.query(), settings.evaluation())
            .open()) {
      return new Doctor(settings, checkpoint, query, progress).examine();
    }
  }

  private Diagnosis examine() throws InterruptedException {
    LoadAdvice load = null;
    if (query.judgeModel().isPresent()) {
      add(JudgeCheck.of(this::outcome, query.judgeModel().get()));
    }
    if (fitsContract()) {
      boolean answers = openEnded();
      if (answers) {
        seedsAndEmbeddings();
      }
      ChoiceCheck.of(this::outcome, query, settings.query().weighsLetters(), checkpoint)
          .forEach(this::add);
      evaluate();
      if (answers) {
        longQuestion();
        load = rates();
      }
    } else {
      AFTER_CONTRACT.forEach(
          check -> add(notChecked(check, "Not asked before the contract fits.")));
    }
    return new Diagnosis(
        serving.shown(),
        serving.contract().name(),
        settings.triton().servers(),
        Diagnosis.well(findings),
        List.copyOf(findings),
        List.copyOf(rates),
        load);
  }

  private void add(Finding finding) {
    findings.add(finding);
    progress.found(finding);
  }

  // ---------------------------------------------------------------- contract

  private boolean fitsContract() throws InterruptedException {
    progress.step("waiting for " + serving.shown() + " at " + settings.triton().servers());
    Outcome<Void> outcome = Outcome.of(query.fits(checkpoint), readyPatience());
    if (!outcome.failed()) {
      add(well("contract", "The model has the contract's inputs and outputs."));
      return true;
    }
    add(
        outcome.refused()
            ? fault("contract", outcome.sentence(), otherContract())
            : fault("contract", withoutServer(), advice()));
    return false;
  }

  /** Long enough for the client to notice that there is no server. */
  private Duration readyPatience() {
    Duration noticed = settings.triton().retryMaxBackoff().multipliedBy(2);
    Duration ready = settings.triton().modelReadyTimeout();
    return (ready.compareTo(noticed) > 0 ? ready : noticed).plus(MARGIN);
  }

  /** What the client has seen of a server that did not say that the model is ready. */
  private Optional<FailureKind> trouble() {
    return Stream.of(FailureKind.values())
        .filter(kind -> query.health().models(kind) > 0)
        .findFirst();
  }

  private String withoutServer() {
    return "The model was not ready within %d s: the server at %s %s."
        .formatted(
            settings.triton().modelReadyTimeout().toSeconds(),
            settings.triton().servers(),
            trouble().map(FailureKind::words).orElse("does not say that it is"));
  }

  private String advice() {
    return trouble()
        .map(Outcome::advice)
        .orElse("Look into the server's log, or wait longer with -Dtriton.model-ready-timeout.");
  }

  private String otherContract() throws InterruptedException {
    Outcome<List<Contract>> spoken =
        Outcome.of(query.spoken(serving), settings.triton().deadline().plus(MARGIN));
    if (spoken.failed() || spoken.value().isEmpty()) {
      return "";
    }
    List<String> names = spoken.value().stream().map(Contract::name).toList();
    return names.contains(serving.contract().name())
        ? ""
        : "It fits the contract "
            + String.join(" or ", names)
            + ": say so with --contract, and name an embedding model where it has none itself.";
  }

  // ---------------------------------------------------------------- a question of each kind

  private <T> Outcome<T> outcome(String what, Supplier<CompletableFuture<T>> asked)
      throws InterruptedException {
    progress.step(what);
    // Asking once more after a failure has deadlines of its own.
    return Outcome.of(asked.get(), settings.triton().deadline().multipliedBy(3).plus(MARGIN));
  }

  private boolean openEnded() throws InterruptedException {
    Question question = Probes.OPEN_ENDED;
    Outcome<Measurement> state =
        outcome("asking an open-ended question", () -> query.ask(question, 1, checkpoint));
    Outcome<Sampled> drawn =
        state.failed()
            ? new Outcome<>(null, state.failure())
            : outcome(
                "asking it again",
                () -> query.answer(serving, query.queries().samples(question, 1, checkpoint)));
    if (drawn.failed()) {
      add(fault("open-ended", drawn.sentence(), drawn.advice()));
      return false;
    }
    List<String> samples = drawn.value().samples();
    Optional<Finding> wrong = AnswerChecks.texts("open-ended", samples);
    wrong.ifPresent(this::add);
    String found =
        "%d of %d samples to \"%s\" are right; the first is %s, certainty is %.2f."
            .formatted(
                state.value().state().correctSamples(),
                state.value().state().samples(),
                question.text(),
                shown(samples.get(0)),
                state.value().state().certainty());
    if (state.value().state().correctSamples() > 0) {
      add(well("open-ended", found));
    } else if (wrong.isEmpty()) {
      add(
          remark(
              "open-ended",
              found,
              "A model that knows this was not understood: check its name and its tokenizer, and"
                  + " whether it is a chat model that wants its template around the prompt."));
    }
    return true;
  }

  private void seedsAndEmbeddings() throws InterruptedException {
    Question question = Probes.MANY_ANSWERS;
    List<Sampled> draws = new ArrayList<>();
    // The first one, with other seeds, also fills the server's cache of prompts.
    for (int version : new int[] {2, 1, 1}) {
      Outcome<Sampled> drawn =
          outcome(
              "trying seeds",
              () -> query.answer(serving, query.queries().samples(question, version, checkpoint)));
      if (drawn.failed()) {
        add(fault("seeds", drawn.sentence(), drawn.advice()));
        add(notChecked("embeddings", "There is nothing to compare."));
        return;
      }
      draws.add(drawn.value());
    }
    add(AnswerChecks.seeds(draws.get(1).samples(), draws.get(2).samples(), draws.get(0).samples()));
    add(
        AnswerChecks.embeddings(
            AnswerChecks.together(draws.get(0).samples(), draws.get(1).samples()),
            AnswerChecks.together(draws.get(0).embeddings(), draws.get(1).embeddings())));
  }

  private void evaluate() throws InterruptedException {
    Question question = Probes.EVALUATE;
    Outcome<Measurement> state =
        outcome("asking a question to evaluate", () -> query.ask(question, 1, checkpoint));
    Outcome<Sampled> answer =
        state.failed()
            ? new Outcome<>(null, state.failure())
            : outcome(
                "asking it again",
                () -> query.answer(serving, query.queries().greedy(question, 1, checkpoint)));
    if (answer.failed()) {
      add(fault("evaluate", answer.sentence(), answer.advice()));
      return;
    }
    List<String> texts = answer.value().samples();
    add(
        AnswerChecks.texts("evaluate", texts)
            .orElseGet(
                () ->
                    well(
                        "evaluate",
                        "The greedy answer is %s, judged %s."
                            .formatted(shown(texts.get(0)), state.value().state().verdict()))));
  }

  /** The longest that the job lets through: it is answered or refused, and harms nothing. */
  private void longQuestion() throws InterruptedException {
    String which =
        "A question of %,d characters, the longest that limits.text lets through,"
            .formatted(settings.longestQuestion());
    Question question = Probes.ofLength(settings.longestQuestion());
    Outcome<Measurement> state =
        outcome("asking a very long question", () -> query.ask(question, 1, checkpoint));
    if (!state.failed()) {
      add(well("long question", which + " is answered."));
    } else if (state.refused()) {
      add(
          well(
              "long question",
              which
                  + " is refused and would be a dead letter: "
                  + AnswerChecks.cut(state.sentence(), LONGEST_REFUSAL)));
    } else {
      add(
          fault(
              "long question",
              which + " is not refused, but fails as an outage would: " + state.sentence(),
              "Lower limits.text to what the model can read: such a question would be asked again and"
                  + " again."));
    }
    Outcome<Measurement> after =
        outcome("asking a short one after it", () -> query.ask(Probes.OPEN_ENDED, 1, checkpoint));
    if (after.failed()) {
      add(
          fault(
              "long question",
              "After it the model does not answer any more: " + after.sentence(),
              "Lower limits.text to what the model can read, and load the model again."));
    }
  }

  // ---------------------------------------------------------------- load

  private LoadAdvice rates() throws InterruptedException {
    if (settings.rateTime().isZero() || settings.levels().isEmpty()) {
      return null;
    }
    for (int inFlight : settings.levels()) {
      progress.step("measuring the rate with " + inFlight + " in flight");
      Rate rate =
          RateRun.of(
              inFlight,
              settings.rateTime(),
              query.health(),
              number -> query.ask(Probes.ofRun(inFlight, number), 1, checkpoint));
      rates.add(rate);
      progress.measured(rate);
    }
    if (rates.stream().allMatch(rate -> rate.answered() == 0)) {
      add(fault("rate", "No question was answered while the rates were measured.", advice()));
      return null;
    }
    boolean streams = serving.contract() != Contract.CRAFT;
    return LoadAdvice.of(
        rates, streams ? settings.query().samples() : 0, settings.triton().streamsInFlight());
  }
}
