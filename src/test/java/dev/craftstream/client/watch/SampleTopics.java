package dev.craftstream.client.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.v1.Announcement;
import dev.craftstream.v1.Basis;
import dev.craftstream.v1.CertaintyKind;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.Contract;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.DropReason;
import dev.craftstream.v1.Estimate;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Label;
import dev.craftstream.v1.Mark;
import dev.craftstream.v1.ModelCheckpointEvent;
import dev.craftstream.v1.Purpose;
import dev.craftstream.v1.QuestionEvent;
import dev.craftstream.v1.Reason;
import dev.craftstream.v1.Retirement;
import dev.craftstream.v1.Role;
import dev.craftstream.v1.Serving;
import dev.craftstream.v1.Stage;
import dev.craftstream.v1.Task;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The records of a made-up circle as a job writes them: the first turn is through, in the second
 * INITIAL is being measured. Every eighth question is held out, every 97th fails.
 */
public final class SampleTopics {
  /** How far the second turn's sweep is. */
  public static final double SECOND_SWEEP = 0.4;

  private final Topics topics;
  private final int count;
  private final long start;
  private final double perSecond;
  private final Sink sink;
  private final Random random = new Random(11);
  private final List<QuestionEvent> questions = new ArrayList<>();
  private final Map<Integer, double[]> known = new HashMap<>();
  private double now;
  private int second;
  private long modelTime;

  /** Takes the records; a message that is null is a tombstone. */
  public interface Sink {
    void put(String topic, String key, Message message, long time);
  }

  /**
   * @param count how many questions
   * @param start when the first record is written, in milliseconds
   * @param perSecond how many answers a second the model gives
   */
  public SampleTopics(Topics topics, int count, long start, double perSecond, Sink sink) {
    this.topics = topics;
    this.count = count;
    this.start = start;
    this.perSecond = perSecond;
    this.sink = sink;
  }

  /** How long the records take to be written, in milliseconds. */
  public static long duration(int count, double perSecond) {
    return (long) (1_000 * count * 3.2 / perSecond);
  }

  public void write() throws IOException {
    ask();
    announce("qwen-7b", Role.ROLE_INITIAL, "");
    measure("qwen-7b", Role.ROLE_INITIAL, "", 0, count);
    rehearsalSet("qwen-7b");
    evaluate("qwen-7b", Role.ROLE_INITIAL, "qwen-7b", 0.46, 0.5);
    announce("qwen-7b-rehearsal-1", Role.ROLE_REHEARSAL, "qwen-7b");
    measure("qwen-7b-rehearsal-1", Role.ROLE_REHEARSAL, "qwen-7b", 0, count);
    datasets("qwen-7b", "qwen-7b-rehearsal-1");
    announce("qwen-7b-tuned-1", Role.ROLE_TUNED, "qwen-7b");
    measure("qwen-7b-tuned-1", Role.ROLE_TUNED, "qwen-7b", 0, count);
    evaluate("qwen-7b-tuned-1", Role.ROLE_TUNED, "qwen-7b", 0.41, 0.12);
    announce("qwen-7b-turn-2", Role.ROLE_INITIAL, "");
    retire("qwen-7b-rehearsal-0");
    second = (int) (count * SECOND_SWEEP);
    measure("qwen-7b-turn-2", Role.ROLE_INITIAL, "", 0, second);
    letter(
        DeadLetter.newBuilder()
            .setReason(Reason.REASON_MALFORMED)
            .setExplanation("The record is no JSON: <b>expected</b> an object at line 1.")
            .setTopic(topics.questions())
            .setPartition(1)
            .setOffset(17));
    letter(
        DeadLetter.newBuilder()
            .setReason(Reason.REASON_INVALID)
            .setQuestionId("no-answer-7")
            .setExplanation("The open-ended question has no gold answer. Give it one.")
            .setTopic(topics.questions())
            .setOffset(18));
  }

  private void put(String topic, String key, Message message) {
    sink.put(topic, key, message, start + (long) now);
  }

  private void ask() throws IOException {
    List<QuestionEvent> shown = shown();
    for (int i = 0; i < count; i++) {
      QuestionEvent pattern = shown.get(i % shown.size());
      String more = i < shown.size() ? "" : "-" + i / shown.size();
      QuestionEvent question =
          pattern.toBuilder()
              .setQuestionId(pattern.getQuestionId() + more)
              .setPurpose(i % 8 == 7 ? Purpose.PURPOSE_EVALUATE : Purpose.PURPOSE_TRAIN)
              .build();
      questions.add(question);
      put(topics.questions(), question.getQuestionId(), question);
    }
  }

  private static List<QuestionEvent> shown() throws IOException {
    List<QuestionEvent> shown = new ArrayList<>();
    try (InputStream file = SampleTopics.class.getResourceAsStream("/demo/questions.jsonl")) {
      for (String line : new String(file.readAllBytes(), UTF_8).split("\n")) {
        QuestionEvent.Builder question = QuestionEvent.newBuilder();
        JsonFormat.parser().merge(line, question);
        shown.add(question.build());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(e);
    }
    return shown;
  }

  private void announce(String id, Role role, String base) {
    modelTime++;
    now += 2_000;
    put(
        topics.modelCheckpoints(),
        id,
        ModelCheckpointEvent.newBuilder()
            .setCheckpointId(id)
            .setAnnouncement(
                Announcement.newBuilder()
                    .setRole(role)
                    .setBaseCheckpointId(base)
                    .setServing(
                        Serving.newBuilder()
                            .setModelName("qwen")
                            .setModelVersion("1")
                            .setAdapterName(role == Role.ROLE_INITIAL ? "" : id)
                            .setContract(Contract.CONTRACT_VLLM)
                            .setEmbeddingModelName("embedder")))
            .build());
  }

  private void retire(String id) {
    put(
        topics.modelCheckpoints(),
        id,
        ModelCheckpointEvent.newBuilder()
            .setCheckpointId(id)
            .setRetirement(Retirement.getDefaultInstance())
            .build());
  }

  private static boolean isChoice(QuestionEvent question) {
    return question.hasMultipleChoice();
  }

  private static Task task(QuestionEvent question) {
    return isChoice(question) ? Task.TASK_MULTIPLE_CHOICE : Task.TASK_OPEN_ENDED;
  }

  /** Goes on with the second turn's sweep: so many more answers, all of the same time. */
  public void writeMore(int answers, long time) {
    now = time - start;
    measure("qwen-7b-turn-2", Role.ROLE_INITIAL, "", second, Math.min(count, second + answers));
    second = Math.min(count, second + answers);
  }

  private void measure(String id, Role role, String base, int from, int to) {
    for (int i = from; i < to; i++) {
      QuestionEvent question = questions.get(i);
      boolean heldOut = question.getPurpose() == Purpose.PURPOSE_EVALUATE;
      if (heldOut && role == Role.ROLE_REHEARSAL || !heldOut && role == Role.ROLE_TUNED) {
        continue;
      }
      now += 1_000 / perSecond;
      if (i % 97 == 96) {
        letter(
            DeadLetter.newBuilder()
                .setReason(Reason.REASON_UNUSABLE_ANSWER)
                .setExplanation("The model gave no sample of text. Look at its prompt template.")
                .setTopic(topics.questions())
                .setOffset(i)
                .setQuestionId(question.getQuestionId())
                .setCheckpointId(id));
        continue;
      }
      double[] knows = knows(i, role, question);
      put(
          topics.knowledge(),
          question.getQuestionId(),
          KnowledgeRecord.newBuilder()
              .setQuestionId(question.getQuestionId())
              .setQuestionVersion(1)
              .setTask(task(question))
              .setCheckpointId(id)
              .setRole(role)
              .setCheckpointTime(modelTime)
              .setModelTime(modelTime)
              .setCorrectness(heldOut ? Math.rint(knows[0]) : knows[0])
              .setCertainty(heldOut ? 0 : knows[1])
              .setSamples(heldOut ? 1 : isChoice(question) ? 0 : 10)
              .setCorrectSamples(heldOut || isChoice(question) ? 0 : (int) Math.rint(10 * knows[0]))
              .setPurpose(question.getPurpose())
              .setCertaintyKind(
                  heldOut
                      ? CertaintyKind.CERTAINTY_KIND_NONE
                      : isChoice(question)
                          ? CertaintyKind.CERTAINTY_KIND_OPTION_ENTROPY
                          : CertaintyKind.CERTAINTY_KIND_EMBEDDING_SIMILARITY)
              .build());
      if (!heldOut) {
        label(i, question, role == Role.ROLE_REHEARSAL ? base : id, role, id);
      }
    }
  }

  /** Correctness and certainty; what REHEARSAL knows is near to what INITIAL knows. */
  private double[] knows(int i, Role role, QuestionEvent question) {
    double[] before = known.get(i);
    double ease =
        role == Role.ROLE_REHEARSAL && before != null
            ? before[0] + 0.06 + 0.12 * random.nextGaussian()
            : 0.5 + 0.42 * Math.sin(i * 12.9898) + 0.1 * random.nextGaussian();
    double share = Math.max(0, Math.min(1, ease));
    double correctness = isChoice(question) ? share : Math.rint(10 * share) / 10;
    double certainty =
        isChoice(question)
            ? -1.3 + 0.9 * Math.abs(share - 0.4) + 0.12 * random.nextGaussian()
            : Math.max(0.05, Math.min(1, 0.3 + 0.6 * share + 0.09 * random.nextGaussian()));
    double[] now = {correctness, Math.min(certainty, isChoice(question) ? 0 : 1)};
    if (role != Role.ROLE_TUNED) {
      known.put(i, now);
    }
    return now;
  }

  private void label(int i, QuestionEvent question, String initial, Role role, String id) {
    double[] knows = known.get(i);
    boolean rehearsed = role == Role.ROLE_REHEARSAL;
    Label label =
        knows[0] > 0.5
            ? Label.LABEL_ANSWER
            : knows[0] < 0.5 ? Label.LABEL_REFUSAL : Label.LABEL_DROPPED;
    DropReason reason =
        label == Label.LABEL_DROPPED
            ? DropReason.DROP_REASON_UNDECIDED_CORRECTNESS
            : DropReason.DROP_REASON_UNSPECIFIED;
    if (rehearsed && label == Label.LABEL_REFUSAL && i % 3 == 0) {
      label = Label.LABEL_DROPPED;
      reason = DropReason.DROP_REASON_KNOWLEDGE_FLOW;
    }
    Basis.Builder basis =
        Basis.newBuilder()
            .setStrategy("CRAFT")
            .setInitialCheckpointId(initial)
            .setInitialCorrectness(knows[0])
            .setInitialCertainty(knows[1])
            .setDropReason(reason)
            .setSureness(0.9)
            .setModelTime(modelTime);
    if (rehearsed) {
      basis.setRehearsalCheckpointId(id).setKnowledgeFlow(-0.1);
    }
    put(
        topics.instructions(),
        question.getQuestionId(),
        Instruction.newBuilder()
            .setQuestionId(question.getQuestionId())
            .setRevision((int) modelTime)
            .setQuestionVersion(1)
            .setTask(task(question))
            .setLabel(label)
            .setStage(rehearsed ? Stage.STAGE_FINAL : Stage.STAGE_PROVISIONAL)
            .setPrompt("Answer the following question.")
            .setResponse(label == Label.LABEL_REFUSAL ? "I don't know" : "the answer")
            .setBasis(basis)
            .build());
  }

  private void rehearsalSet(String initial) {
    manifest(initial, "", "", Task.TASK_OPEN_ENDED, Math.min(60, count / 4), 0);
  }

  private void datasets(String initial, String rehearsal) {
    for (String strategy : List.of("CRAFT", "COR_RAIT", "VAN_TUNING")) {
      for (Task task : List.of(Task.TASK_OPEN_ENDED, Task.TASK_MULTIPLE_CHOICE)) {
        manifest(
            initial, rehearsal, strategy, task, Math.min(80, count / 8), Math.min(20, count / 32));
      }
    }
  }

  private void manifest(
      String initial, String rehearsal, String strategy, Task task, int answers, int refusals) {
    String id =
        "%s-%s-%s"
            .formatted(
                strategy.isEmpty() ? initial : rehearsal,
                strategy.isEmpty() ? "rehearsal-set" : strategy.toLowerCase().replace('_', '-'),
                task == Task.TASK_OPEN_ENDED ? "oe" : "mc");
    boolean fails = strategy.equals("VAN_TUNING") && task == Task.TASK_MULTIPLE_CHOICE;
    int taken = 0;
    for (int i = 0; i < count && !fails && taken < answers + refusals; i++) {
      QuestionEvent question = questions.get(i);
      if (task(question) == task && question.getPurpose() == Purpose.PURPOSE_TRAIN) {
        taken++;
        put(
            strategy.isEmpty() ? topics.rehearsalSets() : topics.datasets(),
            id + "\n" + question.getQuestionId(),
            DatasetRecord.newBuilder()
                .setDatasetId(id)
                .setKind(kind(strategy))
                .setQuestionId(question.getQuestionId())
                .setMark(Mark.MARK_BASE)
                .setRevision(1)
                .setTask(task)
                .setLabel(taken <= answers ? Label.LABEL_ANSWER : Label.LABEL_REFUSAL)
                .setCopies(1)
                .build());
      }
    }
    put(
        topics.datasetManifests(),
        id,
        DatasetManifest.newBuilder()
            .setDatasetId(id)
            .setKind(kind(strategy))
            .setTask(task)
            .setStrategy(strategy)
            .setInitialCheckpointId(initial)
            .setRehearsalCheckpointId(rehearsal)
            .setComplete(!fails)
            .setFailure(
                fails
                    ? "There are 12 candidates for REFUSAL, and 20 are wanted. Ask for fewer."
                    : "")
            .setAnswer(classCount(Math.min(taken, answers)))
            .setRefusal(classCount(Math.max(0, taken - answers)))
            .setAnswerFrom(task == Task.TASK_OPEN_ENDED ? 0.51 : 0.5)
            .setRefusalBound(task == Task.TASK_OPEN_ENDED ? 0.49 : 0.5)
            .setModelTime(modelTime)
            .build());
  }

  private static DatasetKind kind(String strategy) {
    return strategy.isEmpty()
        ? DatasetKind.DATASET_KIND_REHEARSAL
        : DatasetKind.DATASET_KIND_TRAINING;
  }

  private ClassCount classCount(int questions) {
    return ClassCount.newBuilder()
        .setCandidates(questions == 0 ? 0 : questions + count / 5L)
        .setWanted(questions)
        .setQuestions(questions)
        .setRecords(questions)
        .build();
  }

  private void evaluate(String id, Role role, String base, double correct, double wrong) {
    for (Task task : List.of(Task.TASK_OPEN_ENDED, Task.TASK_MULTIPLE_CHOICE)) {
      Evaluation.Builder evaluation =
          Evaluation.newBuilder()
              .setCheckpointId(id)
              .setRole(role)
              .setBaseCheckpointId(base)
              .setTask(task)
              .setCorrect((long) (correct * count / 16))
              .setWrong((long) (wrong * count / 16))
              .setRefused((long) ((1 - correct - wrong) * count / 16))
              .setCorrectShare(estimate(correct))
              .setWrongShare(estimate(wrong))
              .setRefusedShare(estimate(1 - correct - wrong))
              .setConfidence(0.95)
              .setModelTime(modelTime);
      if (role == Role.ROLE_TUNED) {
        evaluation.setTruthfulHelpfulness(estimate(0.3)).setOverRefusal(estimate(0.12));
      }
      put(topics.evaluations(), id + "\n" + task + "\n", evaluation.build());
    }
  }

  private static Estimate estimate(double value) {
    return Estimate.newBuilder().setValue(value).setLow(value - 0.06).setHigh(value + 0.06).build();
  }

  private void letter(DeadLetter.Builder letter) {
    put(topics.deadLetters(), letter.getQuestionId(), letter.build());
  }
}
