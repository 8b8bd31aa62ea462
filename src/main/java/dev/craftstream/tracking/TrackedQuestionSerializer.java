package dev.craftstream.tracking;

import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.tracking.TrackedQuestion.Failed;
import dev.craftstream.tracking.TrackedQuestion.Measured;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * How a {@link TrackedQuestion} lies in the state backend: about half of what Flink's POJO format
 * takes, since there is one for each of up to hundreds of millions of questions.
 *
 * <p>Each value begins with the version of its format, so a later format can be added and values of
 * all earlier ones stay readable; they are written anew when they next change.
 */
final class TrackedQuestionSerializer extends TypeSerializerSingleton<TrackedQuestion> {
  static final TrackedQuestionSerializer INSTANCE = new TrackedQuestionSerializer();

  private static final long serialVersionUID = 1L;
  private static final int FIRST_FORMAT = 1;

  /** Adds the kind of certainty and the number of refusals to each measurement. */
  private static final int SECOND_FORMAT = 2;

  /** Adds the probability of the tokens that were not seen, where a measurement is of letters. */
  private static final int THIRD_FORMAT = 3;

  /**
   * Adds the failed attempts that count against the question, and how correctness was measured
   * where it is not as in the paper; behind {@link CorrectnessRule#JUDGE}, which came later, who
   * judged.
   */
  private static final int FORMAT = 4;

  // What a measurement's first byte says.
  private static final int USABLE = 1;
  private static final int COUNTED = 2;
  private static final int SAME_ANSWER = 4;
  private static final int SAME_PROMPT = 8;
  private static final int CERTAINTY_SHIFT = 4;
  private static final int CERTAINTY_MASK = 7;
  private static final int REFUSED = 128;

  /** What the first measurement is compared with. */
  private static final KnowledgeState NONE =
      new KnowledgeState(0, 0, CertaintyKind.NONE, 0, 0, 0, 0, 0, "", 0, "", null);

  @Override
  public void serialize(TrackedQuestion tracked, DataOutputView out) throws IOException {
    out.writeByte(FORMAT);
    Question question = tracked.question();
    StringValue.writeString(question.id(), out);
    out.writeByte(StateCodes.code(question.task()));
    out.writeByte(StateCodes.code(question.purpose()));
    StringValue.writeString(question.text(), out);
    StringValue.writeString(question.answer(), out);
    writeTexts(question.aliases(), out);
    writeTexts(question.options(), out);
    StringValue.writeString(question.subject(), out);
    writeTexts(question.tags(), out);
    writeNumber(tracked.version(), out);
    StringValue.writeString(tracked.origin().topic(), out);
    writeNumber(tracked.origin().partition(), out);
    writeNumber(tracked.origin().offset(), out);
    writeNumber(tracked.reconciledAt() - TrackedQuestion.NEVER, out);
    Failed failed = tracked.failed();
    writeNumber(failed.attempts(), out);
    if (failed.attempts() > 0) {
      writeNumber(failed.announcedAt(), out);
    }
    writeNumber(tracked.measured().size(), out);
    KnowledgeState before = NONE;
    for (Measured measured : tracked.measured()) {
      writeNumber(measured.announcedAt(), out);
      if (measured.state() == null) {
        out.writeByte(0);
      } else {
        writeState(question.task(), measured.state(), before, out);
        before = measured.state();
      }
    }
  }

  /** Leaves out what can be counted, and the texts that are those of the measurement before. */
  private static void writeState(
      Task task, KnowledgeState state, KnowledgeState before, DataOutputView out)
      throws IOException {
    boolean counted =
        state.samples() > 0
            && state.targetProbability() == 0
            && state.unseenProbability() == 0
            && state.correctness() == share(state);
    boolean sameAnswer = state.frequentCorrectAnswer().equals(before.frequentCorrectAnswer());
    boolean samePrompt = state.promptVersion().equals(before.promptVersion());
    out.writeByte(
        USABLE
            | (counted ? COUNTED : 0)
            | (sameAnswer ? SAME_ANSWER : 0)
            | (samePrompt ? SAME_PROMPT : 0)
            | StateCodes.code(state.certaintyKind()) << CERTAINTY_SHIFT
            | (state.refusedSamples() > 0 ? REFUSED : 0));
    boolean papersRule = state.correctnessRule() == ofThePaper(task, state.samples());
    writeNumber(state.samples() * 2L + (papersRule ? 0 : 1), out);
    if (!papersRule) {
      out.writeByte(StateCodes.code(state.correctnessRule()));
      if (state.correctnessRule() == CorrectnessRule.JUDGE) {
        writeJudge(state.judge(), before.judge(), out);
      }
    }
    writeNumber(state.correctSamples(), out);
    if (state.refusedSamples() > 0) {
      writeNumber(state.refusedSamples(), out);
    }
    if (!counted) {
      out.writeDouble(state.correctness());
      out.writeDouble(state.targetProbability());
      out.writeDouble(state.unseenProbability());
    }
    out.writeDouble(state.certainty());
    if (!sameAnswer) {
      StringValue.writeString(state.frequentCorrectAnswer(), out);
    }
    out.writeLong(state.seed());
    if (!samePrompt) {
      StringValue.writeString(state.promptVersion(), out);
    }
  }

  /** Under a checkpoint and the next one it is mostly the same. */
  private static void writeJudge(JudgeModel judge, JudgeModel before, DataOutputView out)
      throws IOException {
    boolean same = judge.equals(before);
    out.writeBoolean(same);
    if (!same) {
      StringValue.writeString(judge.modelName(), out);
      StringValue.writeString(judge.modelVersion(), out);
      StringValue.writeString(judge.promptVersion(), out);
    }
  }

  private static JudgeModel readJudge(JudgeModel before, DataInputView in) throws IOException {
    return in.readBoolean()
        ? before
        : new JudgeModel(
            StringValue.readString(in), StringValue.readString(in), StringValue.readString(in));
  }

  @Override
  public TrackedQuestion deserialize(DataInputView in) throws IOException {
    int format = in.readUnsignedByte();
    if (format < FIRST_FORMAT || format > FORMAT) {
      throw new IOException(
          "A question's state has format "
              + format
              + "; this version of the job reads formats up to "
              + FORMAT
              + ". Restore it with the version that wrote it, or a later one.");
    }
    String id = StringValue.readString(in);
    Task task = StateCodes.task(in.readUnsignedByte());
    Purpose purpose = StateCodes.purpose(in.readUnsignedByte());
    Question question =
        new Question(
            id,
            task,
            purpose,
            StringValue.readString(in),
            StringValue.readString(in),
            readTexts(in),
            readTexts(in),
            StringValue.readString(in),
            readTexts(in));
    int version = (int) readNumber(in);
    Origin origin = new Origin(StringValue.readString(in), (int) readNumber(in), readNumber(in));
    long reconciledAt = readNumber(in) + TrackedQuestion.NEVER;
    int attempts = format <= THIRD_FORMAT ? 0 : (int) readNumber(in);
    Failed failed = attempts == 0 ? Failed.NONE : new Failed(readNumber(in), attempts);
    int count = (int) readNumber(in);
    List<Measured> measured = new ArrayList<>(count);
    KnowledgeState before = NONE;
    for (int i = 0; i < count; i++) {
      long announcedAt = readNumber(in);
      int kind = in.readUnsignedByte();
      KnowledgeState state = kind == 0 ? null : readState(format, task, kind, before, in);
      measured.add(new Measured(announcedAt, state));
      before = state == null ? before : state;
    }
    if (format == FIRST_FORMAT && purpose == Purpose.EVALUATE) {
      // InFlightRequest with the knowledge query at that time, which says nothing of refusals:
      // asked anew.
      measured.clear();
    }
    return new TrackedQuestion(
        question, version, origin, List.copyOf(measured), reconciledAt, failed);
  }

  private static KnowledgeState readState(
      int format, Task task, int kind, KnowledgeState before, DataInputView in) throws IOException {
    CertaintyKind certaintyKind =
        format == FIRST_FORMAT
            ? CertaintyKind.ofThePaper(task)
            : StateCodes.certaintyKind(kind >> CERTAINTY_SHIFT & CERTAINTY_MASK);
    boolean counted = (kind & COUNTED) != 0;
    long counts = readNumber(in);
    boolean otherRule = format > THIRD_FORMAT && counts % 2 == 1;
    int samples = (int) (format > THIRD_FORMAT ? counts / 2 : counts);
    CorrectnessRule rule =
        otherRule ? StateCodes.correctnessRule(in.readUnsignedByte()) : ofThePaper(task, samples);
    JudgeModel judge = rule == CorrectnessRule.JUDGE ? readJudge(before.judge(), in) : null;
    int correct = (int) readNumber(in);
    int refused = (kind & REFUSED) != 0 ? (int) readNumber(in) : 0;
    double correctness = counted ? (double) correct / samples : in.readDouble();
    double targetProbability = counted ? 0 : in.readDouble();
    double unseenProbability = counted || format <= SECOND_FORMAT ? 0 : in.readDouble();
    double certainty = in.readDouble();
    String answer =
        (kind & SAME_ANSWER) != 0 ? before.frequentCorrectAnswer() : StringValue.readString(in);
    long seed = in.readLong();
    String prompt = (kind & SAME_PROMPT) != 0 ? before.promptVersion() : StringValue.readString(in);
    return new KnowledgeState(
        correctness,
        certainty,
        certaintyKind,
        targetProbability,
        unseenProbability,
        samples,
        correct,
        refused,
        answer,
        seed,
        prompt,
        rule,
        judge);
  }

  /** The rule that is left out; the only one that there was before rules were named. */
  private static CorrectnessRule ofThePaper(Task task, int samples) {
    return switch (task) {
      case OPEN_ENDED -> CorrectnessRule.SUBSTRING;
      case MULTIPLE_CHOICE ->
          samples > 0 ? CorrectnessRule.CHOSEN_OPTION : CorrectnessRule.LETTER_PROBABILITIES;
    };
  }

  private static double share(KnowledgeState state) {
    return (double) state.correctSamples() / state.samples();
  }

  private static void writeTexts(List<String> texts, DataOutputView out) throws IOException {
    writeNumber(texts.size(), out);
    for (String text : texts) {
      StringValue.writeString(text, out);
    }
  }

  private static List<String> readTexts(DataInputView in) throws IOException {
    int count = (int) readNumber(in);
    List<String> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      texts.add(StringValue.readString(in));
    }
    return List.copyOf(texts);
  }

  /**
   * Seven bits a byte, the lowest first; the eighth says that more follow. Not for negative ones.
   */
  private static void writeNumber(long number, DataOutputView out) throws IOException {
    long rest = number;
    while (rest > 0x7f) {
      out.writeByte((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  private static long readNumber(DataInputView in) throws IOException {
    long number = 0;
    int shift = 0;
    int next;
    do {
      next = in.readUnsignedByte();
      number |= (long) (next & 0x7f) << shift;
      shift += 7;
    } while (next > 0x7f);
    return number;
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public TrackedQuestion createInstance() {
    return null;
  }

  @Override
  public TrackedQuestion copy(TrackedQuestion from) {
    return from;
  }

  @Override
  public TrackedQuestion copy(TrackedQuestion from, TrackedQuestion reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public TrackedQuestion deserialize(TrackedQuestion reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  @Override
  public TypeSerializerSnapshot<TrackedQuestion> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Nothing to configure: the values themselves say how they are written. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<TrackedQuestion> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
