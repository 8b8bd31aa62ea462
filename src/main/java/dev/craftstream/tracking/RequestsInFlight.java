package dev.craftstream.tracking;

import dev.craftstream.flink.MailboxHandOver;
import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.tracking.Lanes.Lane;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/**
 * The requests in flight of a tracker task, at most one a question, and how many there may be.
 *
 * <p>They are not state: each snapshot queues their questions again, so that a restored or rescaled
 * task asks exactly what has no answer.
 */
final class RequestsInFlight {
  private final TrackerSettings settings;
  private final KnowledgeQuery query;
  private final MailboxExecutor mailbox;
  private final ProcessingTimeService clock;
  private final TrackerMetrics metrics;
  private final Listener listener;
  private final Map<String, InFlightRequest> byQuestion = new HashMap<>();
  private final Map<Long, Long> answersByCheckpoint = new HashMap<>();
  private final MissingModels missingModels = new MissingModels();
  private final RequestLimit limit;
  private final SlotUsage slots;
  private int arrivals;

  /**
   * What became of an attempt.
   *
   * @param measurement what the model knows; null where the attempt failed
   * @param failure why it failed; null where it did not
   */
  record Answer(InFlightRequest request, Measurement measurement, Throwable failure) {

    /** Of a request whose answer nobody wants any more. */
    static Answer unwanted(InFlightRequest request) {
      return new Answer(request, null, new CancellationException());
    }
  }

  /** Called on the task's thread. */
  interface Listener {
    void answered(Answer answer) throws Exception;

    /** The question has rested after a failure, and is to be asked again. */
    void rested(InFlightRequest request) throws Exception;
  }

  RequestsInFlight(
      TrackerSettings settings,
      KnowledgeQuery query,
      MailboxExecutor mailbox,
      ProcessingTimeService clock,
      TrackerMetrics metrics,
      Listener listener) {
    this.settings = settings;
    this.query = query;
    this.mailbox = mailbox;
    this.clock = clock;
    this.metrics = metrics;
    this.listener = listener;
    limit = new RequestLimit(settings, () -> query.health().failures(FailureKind.OVERLOADED));
    slots = new SlotUsage(settings.requestsInFlight(), System::nanoTime);
  }

  // ---------------------------------------------------------------- slots

  /** Whether another question may be asked; probes of missing models come beside. */
  boolean mayStart() {
    return byQuestion.size() - missingModels.inFlight() < limit.now();
  }

  /** Whether another new or changed question may be asked. */
  boolean mayStartArrival(boolean isSweeping) {
    int reserved = isSweeping ? TrackerSettings.sweepReserve(limit.now()) : 0;
    return mayStart() && arrivals < limit.now() - reserved;
  }

  RequestLimit limit() {
    return limit;
  }

  SlotUsage slots() {
    return slots;
  }

  MissingModels missingModels() {
    return missingModels;
  }

  // ---------------------------------------------------------------- requests

  /** The question's request; null where there is none. */
  InFlightRequest of(String questionId) {
    return byQuestion.get(questionId);
  }

  Collection<InFlightRequest> all() {
    return byQuestion.values();
  }

  /** A copy, for those who end some of them. */
  List<InFlightRequest> copy() {
    return List.copyOf(byQuestion.values());
  }

  /** Takes a slot for the request; it is still to be sent. */
  void start(InFlightRequest request) {
    byQuestion.put(request.questionId(), request);
    count(request.lane, 1);
    if (missingModels.isMissing(request.checkpoint)) {
      makeProbe(request);
    }
  }

  /**
   * Asks the question, or asks it again.
   *
   * @param question with its newest labels
   * @param checkpoint the request's model checkpoint, as it was announced last
   */
  void send(InFlightRequest request, Question question, ModelCheckpoint checkpoint) {
    metrics.asked.inc();
    request.startedNanos = System.nanoTime();
    request.checkpoint = checkpoint;
    request.attempt = query.ask(question, request.questionVersion, checkpoint, request.spending);
    MailboxHandOver.whenComplete(
        request.attempt.whenComplete((measured, failure) -> request.endedNanos = System.nanoTime()),
        mailbox,
        "answer to " + request.questionId(),
        (measured, failure) -> listener.answered(new Answer(request, measured, failure)));
  }

  /** The question keeps its slot while it rests, so that an outage never becomes a flood. */
  void rest(InFlightRequest request) {
    request.attempt = null;
    long millis = settings.backOff(request.failures).toMillis();
    long jittered = (long) (millis * (0.5 + ThreadLocalRandom.current().nextDouble() / 2));
    request.rest =
        clock.registerTimer(clock.getCurrentProcessingTime() + jittered, time -> wake(request));
  }

  private void wake(InFlightRequest request) throws Exception {
    if (of(request.questionId()) == request && request.rest != null) {
      request.rest = null;
      listener.rested(request);
    }
  }

  /** Ends a request; returns whether it was a probe, so that another one is wanted. */
  boolean end(InFlightRequest request) {
    byQuestion.remove(request.questionId());
    count(request.lane, -1);
    return missingModels.isOver(request);
  }

  /** Has the request probe its model checkpoint, beside those that the limit allows. */
  void makeProbe(InFlightRequest request) {
    count(request.lane, -1);
    request.lane = Lane.PARKED;
    missingModels.modelIsMissing(request);
  }

  /** Takes the question's request back, if there is one. */
  void cancel(String questionId) {
    InFlightRequest request = byQuestion.get(questionId);
    if (request != null) {
      cancel(request);
    }
  }

  /** Takes the attempt back; a question that rests is woken, so that its slot gets free at once. */
  void cancel(InFlightRequest request) {
    if (request.attempt != null) {
      request.attempt.cancel(false);
    } else if (request.rest != null) {
      request.rest.cancel(false);
      mailbox.execute(() -> wake(request), "wake " + request.questionId());
    }
  }

  /** The newest model time that no request holds back, at most {@code modelTime}. */
  long notHeld(long modelTime) {
    long free = modelTime;
    for (InFlightRequest request : byQuestion.values()) {
      free = Math.min(free, request.holds - 1);
    }
    return free;
  }

  private void count(Lane lane, int change) {
    if (lane == Lane.ARRIVALS) {
      arrivals += change;
    }
    slots.set(byQuestion.size());
  }

  // ---------------------------------------------------------------- answers

  /** A model checkpoint answered; returns whether its model was missing until now. */
  boolean answered(InFlightRequest request) {
    long nanos = request.endedNanos - request.startedNanos;
    metrics.answeredAfter(nanos);
    limit.answered(request.startedNanos, nanos, byQuestion.size());
    answersByCheckpoint.merge(request.checkpoint.announcedAt(), 1L, Long::sum);
    return missingModels.isBack(request.checkpoint);
  }

  /** Forgets what it knows of model checkpoints that are not among {@code live}. */
  void retain(Set<Long> live) {
    missingModels.retain(live);
    answersByCheckpoint.keySet().retainAll(live);
  }

  /** How many answers came since this task was opened. */
  long answers() {
    return metrics.answered.getCount();
  }

  /** How many answers the model checkpoint has given since this task was opened. */
  long answersOf(ModelCheckpoint checkpoint) {
    return answersByCheckpoint.getOrDefault(checkpoint.announcedAt(), 0L);
  }

  /**
   * Counts a failed attempt; it counts against the question where others were answered since,
   * unless its cause is known to fail all (a judge model that is down, while multiple-choice
   * questions need none). Returns whether the question may be asked again.
   */
  boolean failed(InFlightRequest request, Throwable cause) {
    metrics.failed.inc();
    request.failures++;
    long answers = answersOf(request.checkpoint);
    boolean outage =
        cause instanceof ServerUnavailableException unavailable
            && unavailable.isWhileNobodyIsAnswered();
    if (answers > request.answersBefore && !outage) {
      request.answersBefore = answers;
      request.attempts++;
    }
    return request.attempts < settings.attempts();
  }

  /** Whether a failed request may keep its slot; else its question waits for the probe. */
  boolean mayStay(InFlightRequest request) {
    return !missingModels.isMissing(request.checkpoint) || missingModels.isProbe(request);
  }
}
