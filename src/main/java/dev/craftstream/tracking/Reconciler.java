package dev.craftstream.tracking;

import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.Cost;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.message.MeasuredSamples;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.survey.Surveys;
import dev.craftstream.tracking.Lanes.Lane;
import dev.craftstream.tracking.RequestsInFlight.Answer;
import dev.craftstream.tracking.TrackedQuestion.Measured;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one question after the other to where every live model checkpoint has answered it: asks
 * the first one that has not, one request a question at a time, and decides what becomes of the
 * answer. A question may get a turn at any time: reconciling it again changes nothing.
 */
final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  private final ModelTime time;
  private final Questions questions;
  private final Lanes lanes;
  private final RequestsInFlight requests;
  private final Surveys surveys;
  private final CheckpointCosts costs;
  private final TrackerOutput output;

  Reconciler(
      ModelTime time,
      Questions questions,
      Lanes lanes,
      RequestsInFlight requests,
      Surveys surveys,
      CheckpointCosts costs,
      TrackerOutput output) {
    this.time = time;
    this.questions = questions;
    this.lanes = lanes;
    this.requests = requests;
    this.surveys = surveys;
    this.costs = costs;
    this.output = output;
  }

  // ---------------------------------------------------------------- turns

  /**
   * A question's turn came; the key is set.
   *
   * @param due the model time at which it waited
   */
  void takeTurn(String id, Lane lane, long due) throws Exception {
    InFlightRequest request = requests.of(id);
    if (lane == Lane.PARKED) {
      lanes.schedule(due);
    } else if (request == null) {
      TrackedQuestion question = questions.current();
      if (question != null) {
        reconcile(question, true, lane, due);
      }
    } else if (lane == Lane.SWEEP) {
      TrackedQuestion question = questions.current();
      if (question != null && question.reconciledAt() != TrackedQuestion.NEVER) {
        // A retry is under way when the sweep comes, which waits for the question as for any other.
        request.holds = Math.min(request.holds, due);
      }
    }
  }

  /**
   * Asks the first live model checkpoint that has no answer; the key is set.
   *
   * @param isStored whether the question lies in the state as it is
   * @param holds the lowest model time that waits for the question
   */
  private void reconcile(TrackedQuestion question, boolean isStored, Lane lane, long holds)
      throws Exception {
    TrackedQuestion kept = question.without(time.liveTimes());
    boolean forgets = kept.measured().size() < question.measured().size();
    if (forgets) {
      output.emit(questions.knowledge(kept));
    }
    ModelCheckpoint missing = time.missing(kept, checkpoint -> true);
    if (missing == null && questions.waits(kept)) {
      questions.storeComplete(kept);
    } else if (forgets || !isStored) {
      questions.store(kept);
    }
    if (missing == null) {
      lanes.scheduleNextSweep();
      return;
    }
    // All older checkpoints have answered, so model times before this one's need not wait for it.
    long holdsFrom = Math.max(holds, missing.announcedAt());
    ModelCheckpoint asks = time.missing(kept, this::mayAsk);
    if (asks == null) {
      lanes.park(holdsFrom);
      return;
    }
    InFlightRequest request =
        new InFlightRequest(kept, lane, asks, holdsFrom, requests.answersOf(asks));
    requests.start(request);
    send(request, kept);
  }

  private boolean mayAsk(ModelCheckpoint checkpoint) {
    return requests.missingModels().mayAsk(checkpoint) && !costs.isPaused(checkpoint.announcedAt());
  }

  private void send(InFlightRequest request, TrackedQuestion question) {
    requests.send(request, question.question(), time.newest(request.checkpoint));
  }

  // ---------------------------------------------------------------- answers

  /** Decides what becomes of an answer or a failure, and what its question needs next. */
  void take(Answer answer) throws Exception {
    InFlightRequest request = answer.request();
    TrackedQuestion question = questions.get(request.questionId());
    boolean isWanted = isWanted(request, question);
    // Of one and the same time, however late what was taken back may still be told.
    Cost cost = request.spending.soFar();
    if (isWanted && answer.failure() == null) {
      question = measured(question, answer, cost);
    } else if (isWanted && !request.checkpoint.equals(time.newest(request.checkpoint))) {
      // It is served elsewhere since.
      send(request, question);
      return;
    } else if (isWanted) {
      String explanation = whyGivenUp(request, answer.failure());
      question = withAttempts(question, request);
      if (explanation == null && requests.mayStay(request)) {
        requests.rest(request);
        return;
      }
      question = explanation == null ? question : givenUp(question, request, explanation, cost);
    }
    if (time.isLive(request.checkpoint)) {
      boolean wasPaused = costs.isPaused(request.checkpoint.announcedAt());
      costs.add(request.checkpoint.announcedAt(), request.questionId(), cost);
      if (!wasPaused) {
        tellWherePaused(request.checkpoint);
      }
    }
    if (requests.end(request)) {
      lanes.unpark();
    }
    if (question != null) {
      reconcile(question, !isWanted, request.lane, request.holds);
    }
  }

  /** Says so in the log where the model checkpoint has cost what it may. */
  void tellWherePaused(ModelCheckpoint checkpoint) {
    if (costs.isPaused(checkpoint.announcedAt())) {
      Cost cost = costs.of(checkpoint.announcedAt());
      Ceiling.Share share = costs.share(checkpoint.announcedAt());
      LOG.warn(
          "Model checkpoint {} is paused: it has reached this task's share of its ceiling, with {}"
              + " requests (of {}) and {} tokens (of {}; 0 is no ceiling). The others go on. Let it"
              + " go on with ./craft request go-on, or retire it.",
          checkpoint.id(),
          cost.requests(),
          share.requests(),
          cost.tokens(),
          share.tokens());
    }
  }

  /** In state, since a restored task goes on counting. */
  private TrackedQuestion withAttempts(TrackedQuestion question, InFlightRequest request)
      throws Exception {
    long announcedAt = request.checkpoint.announcedAt();
    if (request.attempts <= question.failedAttempts(announcedAt)) {
      return question;
    }
    TrackedQuestion counted = question.withFailed(announcedAt, request.attempts);
    questions.store(counted);
    return counted;
  }

  /**
   * Sends a request again after its question has rested; returns whether its answer is still
   * wanted, and so whether it did.
   */
  boolean sendAgain(InFlightRequest request) throws Exception {
    TrackedQuestion question = questions.get(request.questionId());
    if (!isWanted(request, question)) {
      return false;
    }
    send(request, question);
    return true;
  }

  private boolean isWanted(InFlightRequest request, TrackedQuestion question) {
    return request.asks(question) && time.isLive(request.checkpoint);
  }

  private TrackedQuestion measured(TrackedQuestion question, Answer answer, Cost cost)
      throws Exception {
    ModelCheckpoint checkpoint = answer.request().checkpoint;
    if (requests.answered(answer.request())) {
      lanes.unpark();
    }
    Measurement measurement = answer.measurement();
    TrackedQuestion measured =
        question.with(new Measured(checkpoint.announcedAt(), measurement.state()));
    KnowledgeChange change = questions.knowledge(measured, checkpoint.id());
    output.emit(change.costing(cost));
    if (measurement.evidence() != null) {
      output.emit(
          MeasuredSamples.of(
              question.question(),
              question.version(),
              checkpoint,
              measurement.state().promptVersion(),
              measurement.evidence()));
    }
    surveys.measured(change, checkpoint.announcedAt());
    return measured;
  }

  private TrackedQuestion givenUp(
      TrackedQuestion question, InFlightRequest request, String explanation, Cost cost) {
    ModelCheckpoint checkpoint = request.checkpoint;
    TrackedQuestion givenUp = question.with(new Measured(checkpoint.announcedAt(), null));
    surveys.givenUp(questions.knowledge(givenUp), checkpoint.announcedAt());
    output.emit(
        new UnusableAnswer(
            question.question(), question.origin(), checkpoint.id(), explanation, cost));
    return givenUp;
  }

  /** Why the question is given up under its model checkpoint; null where it may be asked again. */
  private String whyGivenUp(InFlightRequest request, Throwable cause) {
    if (cause instanceof UnusableAnswerException) {
      if (requests.missingModels().isBack(request.checkpoint)) {
        lanes.unpark();
      }
      return cause.getMessage();
    }
    if (cause instanceof ServerUnavailableException || cause instanceof CancellationException) {
      if (cause instanceof ServerUnavailableException unavailable) {
        heed(unavailable, request);
      }
      return requests.failed(request, cause)
          ? null
          : "Given up after "
              + request.attempts
              + " attempts while the server answered other questions; the last one: "
              + cause.getMessage();
    }
    if (cause instanceof VirtualMachineError serious) {
      // Such as too little memory: the task's, not the question's.
      throw serious;
    }
    LOG.error(
        "Asking question {} under model checkpoint {} failed in a way that should not happen.",
        request.questionId(),
        request.checkpoint.id(),
        cause);
    return "Asking failed in a way that should not happen: " + cause;
  }

  private void heed(ServerUnavailableException failure, InFlightRequest request) {
    switch (failure.kind()) {
      case MODEL_MISSING -> {
        if (!requests.missingModels().isMissing(request.checkpoint)) {
          LOG.warn(
              "The model of checkpoint {} is missing: it is asked one question at a time until it"
                  + " answers, and the others go on. Load it, announce it again with another"
                  + " version, or retire it.",
              request.checkpoint.id());
          requests.makeProbe(request);
        }
      }
      case HANGING, OVERLOADED -> requests.limit().timedOut();
      default -> {}
    }
  }
}
