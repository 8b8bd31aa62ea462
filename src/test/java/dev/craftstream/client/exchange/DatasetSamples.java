package dev.craftstream.client.exchange;

import dev.craftstream.v1.Basis;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.Shortage;
import dev.craftstream.v1.Task;
import dev.craftstream.v1.Ties;
import java.util.List;

/** A dataset as the job writes it: three questions, one of them twice, and what came later. */
public final class DatasetSamples {
  public static final String ID = "base:r1:CRAFT:open";

  private DatasetSamples() {}

  public static DatasetManifest manifest() {
    return DatasetManifest.newBuilder()
        .setDatasetId(ID)
        .setKind(DatasetKind.DATASET_KIND_TRAINING)
        .setTask(Task.TASK_OPEN_ENDED)
        .setStrategy("CRAFT")
        .setInitialCheckpointId("base")
        .setRehearsalCheckpointId("base-r1")
        .setComplete(true)
        .setAnswer(
            ClassCount.newBuilder()
                .setCandidates(2)
                .setWanted(3)
                .setQuestions(2)
                .setRecords(3)
                .setShortage(1)
                .setUnsure(7))
        .setRefusal(
            ClassCount.newBuilder()
                .setCandidates(4_000)
                .setWanted(1)
                .setQuestions(1)
                .setRecords(1)
                .setCutOffCertainty(0.25))
        .setTies(Ties.TIES_EXACT)
        .setShortage(Shortage.SHORTAGE_DRAW_AGAIN)
        .setAnswerFrom(0.51)
        .setSurenessFrom(0.875)
        .setRefusalBound(0.49)
        .setSeed(-1)
        .setTrainingPromptVersion("train-1")
        .setKnowledgePromptVersion("open-1")
        .setModelTime(2)
        .build();
  }

  private static DatasetRecord.Builder record(String question, Mark mark, int revision) {
    return DatasetRecord.newBuilder()
        .setDatasetId(ID)
        .setKind(DatasetKind.DATASET_KIND_TRAINING)
        .setQuestionId(question)
        .setMark(mark)
        .setRevision(revision)
        .setQuestionVersion(1)
        .setTask(Task.TASK_OPEN_ENDED)
        .setLabel(Label.LABEL_ANSWER)
        .setPrompt("Who is \"" + question + "\"?\n🦉")
        .setResponse("The answer " + question)
        .setCopies(1)
        .setSubject("drama")
        .addTags("easy")
        .addTags("ü")
        .setBasis(
            Basis.newBuilder()
                .setInitialCorrectness(0.7)
                .setInitialCertainty(0.5)
                .setRehearsalCorrectness(0.9)
                .setKnowledgeFlow(0.2)
                .setSureness(0.875)
                .setRiseProbability(0.75));
  }

  /** The base: a, b twice, and the refusal c. */
  public static List<DatasetRecord> base() {
    return List.of(
        record("c", Mark.MARK_BASE, 1)
            .setLabel(Label.LABEL_REFUSAL)
            .setResponse("I don't know")
            .build(),
        record("b", Mark.MARK_BASE, 1).setCopies(2).build(),
        record("a", Mark.MARK_BASE, 1).build());
  }

  /** Afterwards a went, b got another response and d came. */
  public static List<DatasetRecord> later() {
    return List.of(
        DatasetRecord.newBuilder()
            .setDatasetId(ID)
            .setQuestionId("a")
            .setMark(Mark.MARK_REMOVED)
            .setRevision(2)
            .build(),
        record("b", Mark.MARK_CHANGED, 2).setCopies(2).setResponse("Changed").build(),
        record("d", Mark.MARK_ADDED, 1).build());
  }
}
