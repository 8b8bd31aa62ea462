package dev.craftstream.survey;

import static dev.craftstream.tracking.TrackerHarness.MAX_PARALLELISM;

import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.testing.UnreadOutput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;

/** One task of dataset members in Flink's operator harness. */
final class MembersHarness implements AutoCloseable {
  private final UnreadOutput output = new UnreadOutput();
  private final KeyedTwoInputStreamOperatorTestHarness<String, Candidate, CutOff, DatasetRecord>
      harness;

  /**
   * @param state null for none
   */
  MembersHarness(
      DatasetTexts texts, StateBackend backend, int tasks, int task, OperatorSubtaskState state)
      throws Exception {
    DatasetMembers members = new DatasetMembers(texts);
    harness =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            members, Candidate::questionId, null, Types.STRING, MAX_PARALLELISM, tasks, task);
    harness.setStateBackend(backend);
    harness.getEnvironment().addOutputs(List.of(output));
    harness.setup();
    if (state == null) {
      harness.initializeEmptyState();
    } else {
      harness.initializeState(state);
    }
    members.setMailboxExecutor(
        new MailboxExecutorImpl(
            harness.getTaskMailbox(),
            TaskMailbox.MIN_PRIORITY,
            StreamTaskActionExecutor.IMMEDIATE));
    harness.open();
  }

  void candidate(Candidate candidate) throws Exception {
    harness.processElement1(new StreamRecord<>(candidate));
  }

  void cutOff(CutOff cutOff) throws Exception {
    harness.processElement2(new StreamRecord<>(cutOff));
  }

  /** Nothing comes any more on the input of candidates for what is over at this time. */
  void candidatesAreOver(long time) throws Exception {
    harness.processWatermark1(new Watermark(time));
  }

  /** The same on the input of cut-offs. */
  void cutOffsAreOver(long time) throws Exception {
    harness.processWatermark2(new Watermark(time));
  }

  /** Runs one mail; returns whether there was one. */
  boolean mail() throws Exception {
    Optional<Mail> mail = harness.getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY);
    if (mail.isPresent()) {
      mail.get().run();
    }
    return mail.isPresent();
  }

  /** Runs the mails that are there now and those that they cause. */
  void mails() throws Exception {
    while (mail()) {}
  }

  /**
   * How many buffers with records the stages behind have not read yet. A moment passes; returns
   * whether anything came out in it.
   */
  boolean setUnread(int buffers) throws Exception {
    int before = harness.getOutput().size() + settled().size();
    output.setUnread(buffers);
    harness.setProcessingTime(harness.getProcessingTime() + 1);
    return harness.getOutput().size() + settled().size() > before;
  }

  private Queue<StreamRecord<SettledCandidates>> settled() {
    Queue<StreamRecord<SettledCandidates>> side = harness.getSideOutput(DatasetMembers.SETTLED);
    return side == null ? new ArrayDeque<>() : side;
  }

  List<DatasetRecord> takeRecords() {
    List<DatasetRecord> taken = new ArrayList<>(harness.extractOutputValues());
    harness.getOutput().clear();
    return taken;
  }

  List<SettledCandidates> takeSettled() {
    List<SettledCandidates> taken = new ArrayList<>();
    settled().forEach(record -> taken.add(record.getValue()));
    settled().clear();
    return taken;
  }

  OperatorSubtaskState snapshot() throws Exception {
    harness.prepareSnapshotPreBarrier(1);
    return harness.snapshot(1, 1);
  }

  StreamOperator<?> operator() {
    return harness.getOperator();
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }
}
