package dev.craftstream.admission;

import static dev.craftstream.tracking.TrackerHarness.announce;
import static dev.craftstream.tracking.TrackerHarness.retire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.craftstream.knowledge.FailureKind;
import dev.craftstream.knowledge.ServerUnavailableException;
import dev.craftstream.knowledge.UnusableAnswerException;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.message.Admitted;
import dev.craftstream.tracking.ScriptedQuery;
import dev.craftstream.tracking.TrackerHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckpointAdmissionTest {
  private ScriptedQuery server;
  private StartCondition startCondition = StartCondition.NONE;
  private final ScriptedIntake questions = new ScriptedIntake();
  private final ScriptedIntake announcements = new ScriptedIntake();
  private TwoInputStreamOperatorTestHarness<ModelCheckpointEvent, Request, Admitted> harness;

  @BeforeEach
  void open() throws Exception {
    restore(null);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void announcementsPassInOrderOnceTheServerHasThemReady() throws Exception {
    event(announce(1, "i", Role.INITIAL, ""));
    event(announce(2, "r", Role.REHEARSAL, "i"));
    assertThat(admitted()).isEmpty();
    assertThat(server.readiness).as("one at a time").hasSize(1);
    ready();
    assertThat(admitted()).containsExactly("i");
    ready();
    assertThat(admitted()).containsExactly("i", "r");
  }

  @Test
  void aRehearsalOfWhatWasNeverAnnouncedIsRefused() throws Exception {
    event(announce(1, "r", Role.REHEARSAL, "i"));
    assertThat(refused())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(Reason.UNKNOWN_CHECKPOINT);
              assertThat(letter.explanation()).contains("REHEARSAL of i, which is not announced");
            });
  }

  @Test
  void aRehearsalOfARehearsalIsRefused() throws Exception {
    event(announce(1, "i", Role.INITIAL, ""));
    ready();
    event(announce(2, "r", Role.REHEARSAL, "i"));
    ready();
    event(announce(3, "rr", Role.REHEARSAL, "r"));
    assertThat(refused())
        .singleElement()
        .satisfies(l -> assertThat(l.checkpointId()).isEqualTo("rr"));
  }

  @Test
  void whatWasMadeFromARetiredCheckpointHasToBeAnnouncedAnew() throws Exception {
    event(announce(1, "i", Role.INITIAL, ""));
    ready();
    event(announce(2, "r", Role.REHEARSAL, "i"));
    ready();
    event(retire(3, "i"));
    event(retire(4, "r"));
    assertThat(refused())
        .singleElement()
        .satisfies(l -> assertThat(l.checkpointId()).isEqualTo("r"));
    event(announce(5, "i", Role.INITIAL, ""));
    ready();
    event(announce(6, "r", Role.REHEARSAL, "i"));
    ready();
    assertThat(admitted()).containsExactly("i", "r", "i", "i", "r");
  }

  @Test
  void announcementsWaitForTheQuestionsBeforeThem() throws Exception {
    questions.complete = new CompletableFuture<>();
    event(announce(1, "i", Role.INITIAL, ""));
    ready();
    assertThat(admitted()).isEmpty();
    questions.complete.complete(null);
    mails();
    assertThat(admitted()).containsExactly("i");
  }

  @Test
  void oneFlinkCheckpointServesAllAnnouncementsThatWaited() throws Exception {
    CompletableFuture<Void> firstFlinkCheckpoint = new CompletableFuture<>();
    questions.complete = firstFlinkCheckpoint;
    for (int i = 1; i <= 5; i++) {
      event(announce(i, "i" + i, Role.INITIAL, ""));
    }
    questions.complete = new CompletableFuture<>();
    event(announce(6, "later", Role.INITIAL, ""));
    ready();
    assertThat(admitted()).isEmpty();

    firstFlinkCheckpoint.complete(null);
    mails();
    for (int i = 2; i <= 6; i++) {
      ready();
    }
    assertThat(admitted()).containsExactly("i1", "i2", "i3", "i4", "i5");
    questions.complete.complete(null);
    mails();
    assertThat(admitted()).endsWith("i5", "later");
  }

  @Test
  void afterARestoreAllAnnouncementsThatWaitWaitForTheQuestionsAgain() throws Exception {
    questions.complete = new CompletableFuture<>();
    event(announce(1, "i", Role.INITIAL, ""));
    event(announce(2, "j", Role.INITIAL, ""));
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    questions.complete.complete(null);

    questions.complete = new CompletableFuture<>();
    restore(state);
    ready();
    assertThat(admitted()).isEmpty();
    questions.complete.complete(null);
    mails();
    ready();
    assertThat(admitted()).containsExactly("i", "j");
  }

  @Test
  void requestsWaitForTheCheckpointsThatTheyName_andForNoOthers() throws Exception {
    event(announce(1, "i", Role.INITIAL, ""));
    request("of i", "i");
    event(announce(2, "j", Role.INITIAL, ""));
    request("of j", "j");
    request("of nobody", "nobody");
    assertThat(admitted()).containsExactly("of nobody");
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    restore(state);
    assertThat(admitted()).isEmpty();
    ready();
    assertThat(admitted()).containsExactly("i", "of i");
    server.readiness.get(1).completeExceptionally(new UnusableAnswerException("no such model"));
    mails();
    assertThat(admitted()).as("to be refused").containsExactly("i", "of i", "of j");
  }

  @Test
  void aRequestForAnUnknownCheckpointWaitsUntilAllAnnouncementsBeforeItAreRead() throws Exception {
    announcements.complete = new CompletableFuture<>();
    request("of i", "i");
    request("of nobody", "nobody");
    assertThat(admitted()).isEmpty();
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    restore(state);
    event(announce(1, "i", Role.INITIAL, ""));
    ready();
    assertThat(admitted()).containsExactly("i", "of i");
    announcements.complete.complete(null);
    mails();
    assertThat(admitted()).as("to be refused").containsExactly("i", "of i", "of nobody");
  }

  @Test
  void anIdKeepsItsRole() throws Exception {
    event(announce(1, "i", Role.INITIAL, ""));
    ready();
    event(announce(2, "j", Role.INITIAL, ""));
    ready();
    event(announce(3, "j", Role.REHEARSAL, "i"));
    assertThat(refused())
        .singleElement()
        .satisfies(l -> assertThat(l.reason()).isEqualTo(Reason.INVALID));
  }

  @Test
  void modelTimeThatGoesBackIsRefused() throws Exception {
    event(announce(5, "i", Role.INITIAL, ""));
    ready();
    event(announce(5, "j", Role.INITIAL, ""));
    event(retire(4, "i"));
    assertThat(refused())
        .hasSize(2)
        .allSatisfy(l -> assertThat(l.reason()).isEqualTo(Reason.INVALID))
        .allSatisfy(l -> assertThat(l.explanation()).contains("the topic was made anew"));
  }

  @Test
  void theRetirementOfWhatIsNotAnnouncedIsRefused() throws Exception {
    event(retire(1, "i"));
    assertThat(refused())
        .singleElement()
        .satisfies(l -> assertThat(l.reason()).isEqualTo(Reason.UNKNOWN_CHECKPOINT));
  }

  @Test
  void aModelThatIsNotThereIsRefusedAndTheNextPasses() throws Exception {
    event(announce(1, "missing", Role.INITIAL, ""));
    event(announce(2, "there", Role.INITIAL, ""));
    server.readiness.get(0).completeExceptionally(new UnusableAnswerException("no such model"));
    mails();
    ready();
    assertThat(admitted()).containsExactly("there");
    assertThat(refused())
        .singleElement()
        .satisfies(l -> assertThat(l.reason()).isEqualTo(Reason.UNSERVABLE_CHECKPOINT));
  }

  @Test
  void aServerThatIsNotThereIsWaitedFor() throws Exception {
    event(announce(1, "i", Role.INITIAL, ""));
    for (int i = 0; i < 10; i++) {
      server
          .readiness
          .get(i)
          .completeExceptionally(
              new ServerUnavailableException(FailureKind.UNREACHABLE, "connection refused", null));
      mails();
      harness.setProcessingTime(harness.getProcessingTime() + 1_000);
      mails();
    }
    ready();
    assertThat(admitted()).containsExactly("i");
    assertThat(refused()).isEmpty();
  }

  @Test
  void whatWaitsForTheServerIsCheckedAgainAfterARestore() throws Exception {
    event(announce(1, "i", Role.INITIAL, ""));
    ready();
    event(announce(2, "r", Role.REHEARSAL, "i"));
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    restore(state);
    ready();
    assertThat(admitted()).containsExactly("r");
  }

  @Test
  void aJobThatMustNotStartAnewFailsBeforeItAdmitsAnything() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    startCondition =
        () -> {
          throw new StartRefusedException("There is output of an earlier run.");
        };

    assertThatExceptionOfType(SuppressRestartsException.class)
        .isThrownBy(() -> restore(null))
        .withStackTraceContaining("There is output of an earlier run.");
    // With state it goes on from there.
    restore(state);
  }

  /** Complete at once, or when the test says. */
  private static final class ScriptedIntake implements SourceProgress {
    private CompletableFuture<Void> complete = CompletableFuture.completedFuture(null);

    @Override
    public CompletableFuture<Void> complete() {
      return complete;
    }

    @Override
    public long missing() {
      return complete.isDone() ? 0 : 1;
    }

    @Override
    public void close() {}
  }

  private void restore(OperatorSubtaskState state) throws Exception {
    server = new ScriptedQuery();
    harness =
        new TwoInputStreamOperatorTestHarness<>(
            new CheckpointAdmission(
                server.factory(), () -> questions, () -> announcements, startCondition));
    harness.setup();
    if (state != null) {
      harness.initializeState(state);
    } else {
      harness.initializeEmptyState();
    }
    ((CheckpointAdmission) harness.getOperator())
        .setMailboxExecutor(
            new MailboxExecutorImpl(
                harness.getTaskMailbox(),
                TaskMailbox.MIN_PRIORITY,
                StreamTaskActionExecutor.IMMEDIATE));
    harness.open();
    mails();
  }

  private void event(ModelCheckpointEvent event) throws Exception {
    harness.processElement1(event, 0);
    mails();
  }

  private void request(String id, String checkpoint) throws Exception {
    harness.processElement2(Request.retry(id, checkpoint, List.of(), TrackerHarness.original()), 0);
    mails();
  }

  private void ready() throws Exception {
    server.readiness.get(server.readiness.size() - 1).complete(null);
    mails();
  }

  private List<String> admitted() {
    return harness.extractOutputValues().stream()
        .map(a -> a.request() == null ? a.checkpoint().checkpointId() : a.request().id())
        .toList();
  }

  private List<DeadLetter> refused() {
    List<DeadLetter> letters = new ArrayList<>();
    Optional.ofNullable(harness.getSideOutput(CheckpointAdmission.REFUSED))
        .ifPresent(queue -> queue.forEach(r -> letters.add(r.getValue())));
    return letters;
  }

  private void mails() throws Exception {
    Optional<Mail> mail;
    while ((mail = harness.getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY)).isPresent()) {
      mail.get().run();
    }
  }
}
