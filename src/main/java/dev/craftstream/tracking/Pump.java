package dev.craftstream.tracking;

import dev.craftstream.flink.OutputAvailability;
import dev.craftstream.flink.PulledTimers.TimerServices;
import dev.craftstream.survey.Surveys;
import dev.craftstream.tracking.Lanes.Lane;
import dev.craftstream.tracking.RequestsInFlight.Answer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a tracker task going, in slices between its mails: takes turns out of the lanes while
 * requests may start, gives answers to the reconciler, has surveys look through the questions, and
 * finds which model time is complete.
 *
 * <p>Nothing blocks the task's thread, whatever the servers do and whatever the stages behind:
 * while these don't keep up, answers wait and no turn is taken.
 */
final class Pump implements RequestsInFlight.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Pump.class);

  /** Turns that one run takes before it lets other mails go first. */
  private static final int SLICE = 1_000;

  /** How long to wait before looking again whether the stages behind keep up. */
  private static final long OUTPUT_CHECK_MILLIS = 1;

  private final ModelTime time;
  private final QuestionCounts counts;
  private final Lanes lanes;
  private final Surveys surveys;
  private final OutputAvailability output;
  private final MailboxExecutor mailbox;
  private final ProcessingTimeService clock;
  private final Deque<Answer> answers = new ArrayDeque<>();

  private RequestsInFlight requests;
  private Reconciler reconciler;
  private boolean awaitsOutput;
  private boolean runIsQueued;
  private boolean surveyIsQueued;
  private int turnsLeft;
  private long completeTime;

  Pump(
      ModelTime time,
      QuestionCounts counts,
      Lanes lanes,
      Surveys surveys,
      OutputAvailability output,
      MailboxExecutor mailbox,
      ProcessingTimeService clock) {
    this.time = time;
    this.counts = counts;
    this.lanes = lanes;
    this.surveys = surveys;
    this.output = output;
    this.mailbox = mailbox;
    this.clock = clock;
  }

  /** Opens the lanes, and begins to take turns. */
  void start(TimerServices services, RequestsInFlight newRequests, Reconciler newReconciler) {
    requests = newRequests;
    reconciler = newReconciler;
    lanes.open(services, this::takeTurn);
    queue();
  }

  /** The newest model time that is complete; 0 before the first. */
  long completeTime() {
    return completeTime;
  }

  int answersWaiting() {
    return answers.size();
  }

  // ---------------------------------------------------------------- turns

  /** Fills the free slots, new questions first, and finds what model time is complete. */
  void run() throws Exception {
    turnsLeft = SLICE;
    long now = time.now();
    if (lanes.unparks()) {
      lanes.parked().drain(Long.MAX_VALUE, () -> turnsLeft > 0);
      lanes.unparked();
    }
    // First those that were there before the newest announcement: model time waits for them alone.
    lanes.arrivals().drain(now, this::mayTakeArrival);
    lanes.arrivals().drain(now + 1, this::mayTakeArrival);
    lanes.sweep().drain(now, () -> mayTake(requests.mayStart()));
    if (turnsLeft <= 0) {
      queue();
    }
    complete();
    queueSurvey();
  }

  private boolean mayTakeArrival() {
    return mayTake(requests.mayStartArrival(lanes.isSweeping()));
  }

  /** The output is looked at last: that takes longest. */
  private boolean mayTake(boolean slotIsFree) {
    return slotIsFree && turnsLeft > 0 && outputIsAvailable();
  }

  private void takeTurn(String id, Lane lane, long due) throws Exception {
    turnsLeft--;
    reconciler.takeTurn(id, lane, due);
  }

  private void queue() {
    if (!runIsQueued) {
      runIsQueued = true;
      mailbox.execute(
          () -> {
            runIsQueued = false;
            run();
          },
          "take turns");
    }
  }

  private void complete() {
    long complete = requests.notHeld(Math.min(time.now(), lanes.drainedTo()));
    if (complete > completeTime) {
      completeTime = complete;
      SlotUsage slots = requests.slots();
      LOG.info(
          "Model time {} is complete: {} questions known, {} answers; {} % of {} requests in flight"
              + " in use over the last {} s.",
          complete,
          counts.known(),
          requests.answers(),
          Math.round(slots.share() * 1000) / 10.0,
          slots.allowed(),
          Math.round(slots.seconds() * 10) / 10.0);
    }
  }

  // ---------------------------------------------------------------- surveys

  private void queueSurvey() {
    if (!surveyIsQueued && surveys.due(completeTime)) {
      surveyIsQueued = true;
      mailbox.execute(
          () -> {
            surveyIsQueued = false;
            if (outputIsAvailable()) {
              surveys.slice(completeTime, output::isAvailable);
              run();
            }
          },
          "survey questions");
    }
  }

  // ---------------------------------------------------------------- answers

  /** Answers that wait for the stages behind stay in flight: a restored task asks them again. */
  @Override
  public void answered(Answer answer) throws Exception {
    answers.add(answer);
    takeAnswers();
  }

  @Override
  public void rested(InFlightRequest request) throws Exception {
    if (!reconciler.sendAgain(request)) {
      answered(Answer.unwanted(request));
    }
  }

  private void takeAnswers() throws Exception {
    boolean tookSome = false;
    while (!answers.isEmpty() && outputIsAvailable()) {
      reconciler.take(answers.remove());
      tookSome = true;
    }
    if (tookSome) {
      run();
    }
  }

  /** Whether something may be put out now. */
  boolean outputIsFree() {
    return output.isAvailable();
  }

  /** Whether the stages behind keep up; if not, all goes on when they do again. */
  private boolean outputIsAvailable() {
    if (output.isAvailable()) {
      return true;
    }
    if (!awaitsOutput) {
      awaitsOutput = true;
      var unused =
          clock.registerTimer(
              clock.getCurrentProcessingTime() + OUTPUT_CHECK_MILLIS,
              timestamp -> {
                awaitsOutput = false;
                takeAnswers();
                run();
              });
    }
    return false;
  }
}
