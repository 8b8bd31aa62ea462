package dev.craftstream.torture;

import static java.util.stream.Collectors.toCollection;

import dev.craftstream.method.Seeds;
import dev.craftstream.method.StaticConflict.Share;
import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Sha256;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.v1.Label;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What is asked in a torture run, and what has to come of it: worked out here from the model's rule
 * ({@code src/test/triton/torture}) without the job's own code, seeds aside.
 *
 * <p>A quarter of the questions are multiple-choice. One in twenty changes its content once; one in
 * fifty is removed; one in forty, or so, is for evaluation. Four model checkpoints are announced:
 * an INITIAL one and, later, two REHEARSAL ones and a TUNED one. When all that they bring is there,
 * the next INITIAL checkpoint is announced, the first two are retired, which takes along what was
 * made from them, and the last questions come.
 */
record Workload(int questions, long seed) {
  static final String MODEL = "torture";
  static final String INITIAL = "initial";
  static final String FIRST_REHEARSAL = "rehearsal-1";
  static final String SECOND_REHEARSAL = "rehearsal-2";

  static final String TUNED = "tuned";

  /** The INITIAL checkpoint that takes the place of all others. */
  static final String NEXT = "next";

  /** In the order of announcement; the n-th is version n of the model. */
  static final List<String> CHECKPOINTS =
      List.of(INITIAL, FIRST_REHEARSAL, SECOND_REHEARSAL, TUNED, NEXT);

  /** In the order of retirement. */
  static final List<String> RETIRED = List.of(FIRST_REHEARSAL, INITIAL);

  private static final List<String> OF_TRAINING =
      List.of(INITIAL, FIRST_REHEARSAL, SECOND_REHEARSAL, NEXT);

  /** Those that are evaluated. */
  static final List<String> OF_EVALUATION = List.of(INITIAL, TUNED, NEXT);

  static final String SUBJECT = "geology";

  private static final List<String> TASKS = List.of("open-ended", "multiple-choice");
  private static final List<String> STRATEGIES =
      List.of("van-tuning", "cor-rait", "corcer-rait", "craft-without-certainty", "craft");

  private static final int SAMPLES = 10;
  private static final int OPTIONS = 4;

  static ModelCheckpoint checkpoint(String id) {
    int version = CHECKPOINTS.indexOf(id) + 1;
    return new ModelCheckpoint(
        id,
        version,
        switch (id) {
          case INITIAL, NEXT -> Role.INITIAL;
          case TUNED -> Role.TUNED;
          default -> Role.REHEARSAL;
        },
        id.equals(INITIAL) || id.equals(NEXT) ? "" : INITIAL,
        new Serving(MODEL, String.valueOf(version), Contract.CRAFT, "", "", ""));
  }

  static String id(int number) {
    return "q%06d".formatted(number);
  }

  static int number(String id) {
    return Integer.parseInt(id.substring(1));
  }

  /** Those that are there before the first checkpoint is announced; the others come meanwhile. */
  private int early() {
    return questions * 3 / 4;
  }

  boolean isChanged(int number) {
    return number < early() && number % 20 == 7;
  }

  boolean isRemoved(int number) {
    return number < early() && number % 50 == 11;
  }

  /**
   * For evaluation and not for training; such a question is open-ended and there from the start.
   */
  boolean isEvaluated(int number) {
    return number < early() && number % 25 == 13 && !isChoice(number);
  }

  /** Comes when all checkpoints but the last are retired. */
  boolean isLast(int number) {
    return number >= early() && number % 9 == 4;
  }

  /** Under which a question is measured, in their order. */
  List<String> checkpoints(int number) {
    if (isLast(number)) {
      return List.of(NEXT);
    }
    return isEvaluated(number) ? OF_EVALUATION : OF_TRAINING;
  }

  /** The INITIAL checkpoint that decides on a question's label. */
  String initial(int number) {
    return isLast(number) ? NEXT : INITIAL;
  }

  /**
   * The REHEARSAL checkpoint that has the last word on a question's label; empty where none has.
   */
  String rehearsal(int number) {
    return isLast(number) ? "" : SECOND_REHEARSAL;
  }

  /** Which content counts in the end. */
  int lastEdition(int number) {
    return isChanged(number) ? 2 : 1;
  }

  /** The questions that stay. */
  IntStream remaining() {
    return IntStream.range(0, questions).filter(number -> !isRemoved(number));
  }

  /** What is there from the start. */
  List<QuestionEvent> first() {
    return IntStream.range(0, early()).mapToObj(number -> event(number, 1)).toList();
  }

  /** What comes while the checkpoints are measured, in an order of the seed's. */
  List<QuestionEvent> later() {
    List<QuestionEvent> events = new ArrayList<>();
    for (int number = 0; number < questions; number++) {
      if (isLast(number)) {
        continue;
      }
      if (number >= early()) {
        events.add(event(number, 1));
      } else if (isChanged(number)) {
        events.add(event(number, 2));
      } else if (isRemoved(number)) {
        events.add(new QuestionEvent(id(number), null, NOWHERE));
      }
    }
    Collections.shuffle(events, new Random(seed));
    return events;
  }

  /** What comes when the first checkpoints are retired. */
  List<QuestionEvent> last() {
    return IntStream.range(0, questions)
        .filter(this::isLast)
        .mapToObj(number -> event(number, 1))
        .toList();
  }

  /** How many requests are needed at least: one for each question that stays, and checkpoint. */
  long requests() {
    return remaining().mapToLong(number -> checkpoints(number).size()).sum();
  }

  /** What is chosen from the questions: every rehearsal set and every dataset. */
  static Set<String> datasets() {
    return CHECKPOINTS.stream()
        .flatMap(checkpoint -> datasetsOf(checkpoint).stream())
        .collect(toCollection(TreeSet::new));
  }

  /** What is chosen when a checkpoint is measured. */
  static Set<String> datasetsOf(String checkpoint) {
    Set<String> ids = new TreeSet<>();
    for (String task : TASKS) {
      List<String> kinds =
          switch (checkpoint) {
            case INITIAL, NEXT -> List.of("rehearsal");
            case TUNED -> List.of();
            default -> STRATEGIES;
          };
      kinds.forEach(kind -> ids.add(kind + "-" + task + "-" + modelTime(checkpoint)));
    }
    return ids;
  }

  private static int modelTime(String checkpointId) {
    return CHECKPOINTS.indexOf(checkpointId) + 1;
  }

  private static final Origin NOWHERE = new Origin("", 0, 0);

  private QuestionEvent event(int number, int edition) {
    return new QuestionEvent(id(number), question(number, edition), NOWHERE);
  }

  private Question question(int number, int edition) {
    boolean choice = isChoice(number);
    String text = "What is the answer to " + name(number, edition) + "?";
    return new Question(
        id(number),
        choice ? Task.MULTIPLE_CHOICE : Task.OPEN_ENDED,
        isEvaluated(number) ? Purpose.EVALUATE : Purpose.TRAIN,
        text,
        choice ? Question.optionLetter(target(number)) : "amber",
        List.of(),
        choice ? List.of("amber", "basalt", "clay", "dolomite") : List.of(),
        SUBJECT,
        List.of());
  }

  private static String name(int number, int edition) {
    return "torture question " + number + ", edition " + edition;
  }

  private static boolean isChoice(int number) {
    return number % 4 == 3;
  }

  private static int target(int number) {
    return number / 4 % OPTIONS;
  }

  // What has to come of it.

  /** A share of correct answers, exactly. */
  private record Share(int correct, int of) {
    double value() {
      return (double) correct / of;
    }

    int compareTo(Share other) {
      return Integer.compare(correct * other.of, other.correct * of);
    }

    int compareToHalf() {
      return Integer.compare(2 * correct, of);
    }
  }

  /** Correctness of a question under a checkpoint, 0 to 1. */
  double correctness(int number, int edition, String checkpointId) {
    if (isEvaluated(number)) {
      return isRight(number, edition, checkpointId, 0) ? 1 : 0;
    }
    return share(number, edition, checkpointId).value();
  }

  /** How many questions are evaluated. */
  long evaluated() {
    return remaining().filter(this::isEvaluated).count();
  }

  /** How many of them a checkpoint answers correctly. */
  long evaluatedCorrect(String checkpointId) {
    return remaining()
        .filter(this::isEvaluated)
        .filter(number -> isRight(number, lastEdition(number), checkpointId, 0))
        .count();
  }

  /** The label with INITIAL alone, and with a REHEARSAL checkpoint where one is named. */
  Label label(int number, int edition, String rehearsalId) {
    Share initial = share(number, edition, initial(number));
    int half = initial.compareToHalf();
    if (half > 0) {
      return Label.LABEL_ANSWER;
    }
    if (half == 0) {
      // Five of ten samples; options are never at one half.
      return Label.LABEL_DROPPED;
    }
    if (rehearsalId.isEmpty()) {
      return Label.LABEL_REFUSAL;
    }
    int flow = share(number, edition, rehearsalId).compareTo(initial);
    boolean staysUnknown = isChoice(number) ? flow <= 0 : flow < 0;
    return staysUnknown ? Label.LABEL_REFUSAL : Label.LABEL_DROPPED;
  }

  private static Share share(int number, int edition, String checkpointId) {
    int version = CHECKPOINTS.indexOf(checkpointId) + 1;
    byte[] chance = Sha256.of(version + " " + name(number, edition));
    if (isChoice(number)) {
      int[] weights =
          IntStream.range(0, OPTIONS).map(i -> 1 + Byte.toUnsignedInt(chance[1 + i]) % 8).toArray();
      int sum = IntStream.of(weights).sum();
      if (sum % 2 == 0) {
        weights[0]++;
        sum++;
      }
      return new Share(weights[target(number)], sum);
    }
    int correct = 0;
    for (int k = 0; k < SAMPLES; k++) {
      if (isRight(number, edition, checkpointId, k)) {
        correct++;
      }
    }
    return new Share(correct, SAMPLES);
  }

  /** Whether the k-th sample is right. */
  private static boolean isRight(int number, int edition, String checkpointId, int k) {
    int version = CHECKPOINTS.indexOf(checkpointId) + 1;
    int level = Byte.toUnsignedInt(Sha256.of(version + " " + name(number, edition))[0]) % 11;
    return Seeds.seed(id(number), edition, checkpointId, k) % 10 < level;
  }
}
