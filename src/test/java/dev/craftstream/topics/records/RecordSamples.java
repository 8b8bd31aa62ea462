package dev.craftstream.topics.records;

import dev.craftstream.model.Cost;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.dataset.CutOff;
import dev.craftstream.model.dataset.Dataset;
import dev.craftstream.model.dataset.DatasetCost;
import dev.craftstream.model.dataset.DatasetKind;
import dev.craftstream.model.dataset.DatasetManifest;
import dev.craftstream.model.dataset.DatasetRecord;
import dev.craftstream.model.dataset.DatasetRecord.Mark;
import dev.craftstream.model.dataset.Evaluation;
import dev.craftstream.model.dataset.Evaluation.Estimate;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.dataset.Request.Changes;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.model.label.Decision;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.label.Label;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Sureness;
import dev.craftstream.model.label.Thresholds;
import java.util.List;

/** Records that the tests of this package share. */
public final class RecordSamples {

  public static final Origin ORIGIN = new Origin("questions", 3, 0);

  public static final Question OPEN_ENDED =
      new Question(
          "q1",
          Task.OPEN_ENDED,
          Purpose.TRAIN,
          "Who wrote \"I don't know\" <in Köln> & why?",
          "O'Neill",
          List.of("Eugene O'Neill", "🦉"),
          List.of(),
          "drama",
          List.of("easy", "a=b"));

  public static final Question MULTIPLE_CHOICE =
      new Question(
          "q2",
          Task.MULTIPLE_CHOICE,
          Purpose.EVALUATE,
          "2 + 2?",
          "B",
          List.of(),
          List.of("3", "4", "\\u0027"),
          "",
          List.of());

  public static final Question CHOICE_TO_TRAIN =
      new Question(
          "q2",
          Task.MULTIPLE_CHOICE,
          Purpose.TRAIN,
          "2 + 2?",
          "B",
          List.of(),
          List.of("3", "4"),
          "",
          List.of());

  public static final ModelCheckpoint INITIAL =
      new ModelCheckpoint(
          "base", 1, Role.INITIAL, "", new Serving("llama", "", Contract.CRAFT, "", "", ""));

  public static final ModelCheckpoint REHEARSAL =
      new ModelCheckpoint(
          "base-r1",
          3,
          Role.REHEARSAL,
          "base",
          new Serving("llama", "2", Contract.VLLM, "minilm", "1", "rehearsal-1"));

  public static final KnowledgeState UNKNOWN =
      new KnowledgeState(
          0.0,
          0.25,
          CertaintyKind.EMBEDDING_SIMILARITY,
          0.0,
          0,
          10,
          0,
          4,
          "",
          0xFFFF_FFFF_FFFF_FFFFL,
          "open-1",
          CorrectnessRule.SUBSTRING);

  public static final KnowledgeState KNOWN =
      new KnowledgeState(
          0.7,
          0.5,
          CertaintyKind.EMBEDDING_SIMILARITY,
          0.0,
          0,
          10,
          7,
          2,
          "O'Neill",
          42,
          "open-1",
          CorrectnessRule.SUBSTRING);

  public static final KnowledgeState CHOSEN =
      new KnowledgeState(
          0.0,
          -1.5,
          CertaintyKind.OPTION_ENTROPY,
          0.0,
          0,
          0,
          0,
          0,
          "",
          0,
          "choice-1",
          CorrectnessRule.LETTER_PROBABILITIES);

  public static final KnowledgeState REFUSED =
      new KnowledgeState(
          0, 0, CertaintyKind.NONE, 0, 0, 1, 0, 1, "", 7, "train-1", CorrectnessRule.SUBSTRING);

  public static final OriginalRecord NOWHERE =
      new OriginalRecord(new Origin("requests", 0, 0), null, null);

  /** One of each kind, with all that each can say. */
  public static final List<Request> REQUESTS =
      List.of(
          new Request(
              "r1",
              Request.Kind.DATASET,
              "base",
              "base-r1",
              Strategy.COR_RAIT,
              List.of(
                  Changes.of(Task.OPEN_ENDED)
                      .answers(8)
                      .refusals(0)
                      .ties(Ties.KEEP_ALL)
                      .shortage(Shortage.SHORT)
                      .answerFrom(0.75)
                      .refusalBound(0.25)
                      .flowRule(FlowRule.RISES_SURELY)
                      .riseProbability(0.75)
                      .surenessFrom(0.625)
                      .build(),
                  Changes.of(Task.MULTIPLE_CHOICE)
                      .refusals(3)
                      .shortage(Shortage.FAIL)
                      .refusalBound(0.0)
                      .flowRule(FlowRule.FALLS)
                      .build()),
              0xFFFF_FFFF_FFFF_FFFEL,
              NOWHERE),
          new Request(
              "r2",
              Request.Kind.REHEARSAL_SET,
              "base",
              "",
              null,
              List.of(
                  Changes.of(Task.OPEN_ENDED).answers(100).answerFrom(0.9).certainty(-0.5).build(),
                  Changes.of(Task.MULTIPLE_CHOICE).answers(50).targetProbability(0.875).build()),
              0L,
              NOWHERE),
          new Request("r3", Request.Kind.EVALUATION, "tuned", "", null, List.of(), null, NOWHERE),
          Request.retry("r4", "tuned", List.of("q1", "q2"), NOWHERE),
          Request.retry("r5", "tuned", List.of(), NOWHERE));

  /** CRAFT's multiple-choice dataset of 4 ANSWER and 2 REFUSAL questions. */
  public static final Dataset DATASET =
      new Dataset(
          "craft-3",
          new Selection(
              DatasetKind.TRAINING,
              Task.MULTIPLE_CHOICE,
              Strategy.CRAFT,
              Thresholds.PAPER,
              RehearsalThresholds.PAPER,
              4,
              2,
              Ties.KEEP_ALL,
              Shortage.DRAW_AGAIN,
              9,
              CorrectnessRule.LETTER_PROBABILITIES,
              0),
          INITIAL,
          REHEARSAL,
          "",
          "choice-1",
          "train-1",
          0);

  /** An open-ended set of 5 questions to tune the REHEARSAL checkpoint on. */
  public static final Dataset REHEARSAL_SET =
      new Dataset(
          "r2/rehearsal",
          new Selection(
              DatasetKind.REHEARSAL,
              Task.OPEN_ENDED,
              null,
              Thresholds.PAPER,
              RehearsalThresholds.PAPER,
              5,
              0,
              Ties.EXACT,
              Shortage.SHORT,
              0,
              CorrectnessRule.SUBSTRING,
              0),
          INITIAL,
          null,
          "r2",
          "open-1",
          "train-1",
          0);

  /** The first {@code taken} of {@code candidates}, the last of them with {@code score}. */
  public static CutOff.Bound upTo(double score, long taken, long candidates) {
    return new CutOff.Bound(
        candidates, 0, taken, taken, false, score, -1L, new long[] {}, new int[] {});
  }

  /** All of them; the one of hash 7 three times. */
  public static CutOff.Bound all(long candidates) {
    return new CutOff.Bound(
        candidates,
        0,
        candidates,
        candidates,
        true,
        Double.POSITIVE_INFINITY,
        -1L,
        new long[] {7},
        new int[] {2});
  }

  public static DatasetManifest manifest(
      Dataset dataset, String failure, CutOff.Bound answers, CutOff.Bound refusals) {
    return new DatasetManifest(
        new CutOff(dataset, failure, answers, refusals, 3, false, COST), 5, 0);
  }

  /** Twelve requests, ten of which told their tokens. */
  private static final DatasetCost COST =
      new DatasetCost(new Cost(12, 10, 500, 120), new Cost(12, 0, 0, 0));

  public static DatasetRecord datasetRecord(Dataset dataset, Mark mark, Decision decision) {
    boolean removed = mark == Mark.REMOVED;
    return new DatasetRecord(
        dataset.id(),
        dataset.selection().kind(),
        "q1",
        mark,
        2,
        decision,
        4,
        dataset.selection().task(),
        removed ? "" : "What is 2 + 2?",
        removed ? "" : "2 + 2?",
        removed ? "" : "4",
        removed ? 0 : 3,
        removed ? "" : "sums",
        removed ? List.of() : List.of("easy"),
        removed ? "" : "train-1",
        removed ? 0 : 9,
        6);
  }

  /** Of the INITIAL checkpoint on all subjects: nothing to compare with, and never wrong. */
  public static final Evaluation EVALUATION =
      new Evaluation(
          INITIAL,
          INITIAL,
          Task.OPEN_ENDED,
          "",
          3,
          0,
          1,
          0,
          new Estimate(0.75, 0.5, 1),
          new Estimate(0, 0, 0),
          new Estimate(0.25, 0, 0.5),
          null,
          null,
          null,
          new Estimate(0.75, 0.5, 1),
          2,
          0.95,
          1_000,
          0,
          "aware-1",
          List.of(),
          1,
          0);

  public static Instruction instruction(Question question, int revision, Decision decision) {
    return new Instruction(
        question.id(),
        revision,
        decision,
        2,
        question.task(),
        "Question: " + question.text(),
        "I don't know.",
        question.subject(),
        question.tags(),
        "train-1",
        3);
  }

  public static Decision provisional(Label label) {
    return new Decision(
        label,
        null,
        Strategy.CRAFT,
        FlowFilter.OPEN_ENDED,
        new Sureness(0.875, null, null),
        new CheckpointKnowledge(INITIAL, UNKNOWN),
        null);
  }

  private RecordSamples() {}
}
