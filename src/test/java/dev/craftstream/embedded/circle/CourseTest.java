package dev.craftstream.embedded.circle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.Origin;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.v1.ClassCount;
import dev.craftstream.v1.DatasetKind;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.Evaluation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The course of a circle, with a job and a trainer that do at once what theirs is to do. */
class CourseTest {
  private static final Serving MODEL = new Serving("model", "1", Contract.CRAFT, "", "", "");
  private static final List<Strategy> STRATEGIES = List.of(Strategy.CRAFT, Strategy.COR_RAIT);

  private final World world = new World();

  @Test
  void aTurnGoesFromInitialToTuned() throws Exception {
    world.course().go(new Turn(1));

    assertThat(world.announced)
        .containsExactly("turn-1", "turn-1-rehearsal", "turn-1-craft", "turn-1-cor-rait");
    assertThat(world.course().isDone(new Turn(1))).isTrue();
    assertThat(world.retired).isEmpty();
  }

  @Test
  void theNextTurnStartsFromTheTunedModelAndFreesTheTurnBefore() throws Exception {
    for (int turn = 1; turn <= 3; turn++) {
      world.course().go(new Turn(turn));
    }

    assertThat(world.ledger.announced("turn-1").orElseThrow().serving()).isEqualTo(MODEL);
    assertThat(world.ledger.announced("turn-2").orElseThrow().role()).isEqualTo(Role.INITIAL);
    assertThat(world.ledger.announced("turn-2").orElseThrow().serving().adapterName())
        .isEqualTo("turn-1-craft");
    assertThat(world.ledger.announced("turn-3").orElseThrow().serving().adapterName())
        .isEqualTo("turn-2-craft");
    assertThat(world.retired).containsExactly("turn-1", "turn-2");
    assertThat(world.removed)
        .as("all but the one that the newest turn starts from")
        .containsExactlyInAnyOrder(
            "turn-1-rehearsal",
            "turn-1-cor-rait",
            "turn-2-rehearsal",
            "turn-2-cor-rait",
            "turn-1-craft");
  }

  @Test
  void whereverItIsInterruptedItGoesOnAndDoesNothingTwice() throws Exception {
    int interruptions = 0;
    for (int turn = 1; turn <= 2; turn++) {
      while (!world.course().isDone(new Turn(turn))) {
        world.interruptAtNextWait = true;
        try {
          world.course().go(new Turn(turn));
        } catch (InterruptedException e) {
          interruptions++;
        }
        world.interruptAtNextWait = false;
        world.doOneThing();
      }
    }

    assertThat(interruptions).isGreaterThan(10);
    assertThat(world.announced)
        .doesNotHaveDuplicates()
        .containsExactly(
            "turn-1",
            "turn-1-rehearsal",
            "turn-1-craft",
            "turn-1-cor-rait",
            "turn-2",
            "turn-2-rehearsal",
            "turn-2-craft",
            "turn-2-cor-rait");
    assertThat(world.retired).containsExactly("turn-1");
  }

  @Test
  void whereNothingIsKnownWellEnoughTheTurnEndsWithASentence() {
    world.rehearsed = 0;

    assertThatThrownBy(() -> world.course().go(new Turn(1)))
        .isInstanceOf(Course.NothingToTrain.class)
        .hasMessageContaining("No question is known well enough under turn-1")
        .hasMessageContaining("rehearsal.open-ended.correctness-from");
  }

  @Test
  void whereADatasetIsEmptyTheTurnEndsWithASentence() {
    world.chosen = 0;

    assertThatThrownBy(() -> world.course().go(new Turn(1)))
        .isInstanceOf(Course.NothingToTrain.class)
        .hasMessageContaining("The CRAFT dataset of turn 1 holds no question");
  }

  /** Keeps the topics, as the job and the trainer fill them. */
  private static final class World implements Course.Actions {
    private final CircleLedger ledger = new CircleLedger(new Topics(""));
    private final Deque<Runnable> due = new ArrayDeque<>();
    private final List<String> announced = new ArrayList<>();
    private final List<String> retired = new ArrayList<>();
    private final List<String> removed = new ArrayList<>();
    private boolean interruptAtNextWait;
    private int rehearsed = 5;
    private int chosen = 5;

    World() {
      ledger.add(
          new QuestionEvent(
              "q",
              new Question(
                  "q",
                  Task.OPEN_ENDED,
                  Purpose.EVALUATE,
                  "?",
                  "!",
                  List.of(),
                  List.of(),
                  "",
                  List.of()),
              new Origin("", 0, 0)));
    }

    Course course() {
      return new Course(ledger, this, MODEL, STRATEGIES);
    }

    void doOneThing() {
      if (!due.isEmpty()) {
        due.remove().run();
      }
    }

    @Override
    public void await(Course.Waiting waiting) throws Exception {
      while (!waiting.isOver().getAsBoolean()) {
        if (interruptAtNextWait) {
          throw new InterruptedException();
        }
        assertThat(due).as("what could bring: %s", waiting.what()).isNotEmpty();
        doOneThing();
      }
    }

    @Override
    public void announce(ModelCheckpoint checkpoint) {
      announced.add(checkpoint.id());
      due.add(
          () ->
              ledger.add(
                  new ModelCheckpointEvent(checkpoint.id(), announced.size(), checkpoint, null),
                  0));
      due.add(() -> answer(checkpoint));
    }

    /** The job's and the trainer's answer to an announcement. */
    private void answer(ModelCheckpoint checkpoint) {
      String id = checkpoint.id();
      if (checkpoint.role() != Role.REHEARSAL) {
        due.add(
            () ->
                ledger.add(
                    Evaluation.newBuilder()
                        .setCheckpointId(id)
                        .setTask(dev.craftstream.v1.Task.TASK_OPEN_ENDED)
                        .build()));
      }
      if (checkpoint.role() == Role.INITIAL) {
        manifests(id, null, rehearsed);
        if (rehearsed > 0) {
          due.add(() -> train(id + "-rehearsal", Role.REHEARSAL, id));
        }
      } else if (checkpoint.role() == Role.REHEARSAL) {
        for (Strategy strategy : STRATEGIES) {
          manifests(checkpoint.baseId(), strategy, chosen);
        }
        for (Strategy strategy : STRATEGIES) {
          String name = strategy.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
          due.add(() -> train(checkpoint.baseId() + "-" + name, Role.TUNED, checkpoint.baseId()));
        }
      }
    }

    private void train(String id, Role role, String base) {
      announce(
          new ModelCheckpoint(
              id, 1, role, base, new Serving("model", "1", Contract.CRAFT, "", "", id)));
    }

    private void manifests(String initial, Strategy strategy, int questions) {
      for (Task task : Task.values()) {
        String name = initial + "-" + strategy + "-" + task;
        due.add(
            () ->
                ledger.add(
                    DatasetManifest.newBuilder()
                        .setDatasetId(name)
                        .setKind(
                            strategy == null
                                ? DatasetKind.DATASET_KIND_REHEARSAL
                                : DatasetKind.DATASET_KIND_TRAINING)
                        .setStrategy(strategy == null ? "" : strategy.name())
                        .setInitialCheckpointId(initial)
                        .setComplete(task == Task.OPEN_ENDED)
                        .setFailure(task == Task.OPEN_ENDED ? "" : "There was no question.")
                        .setAnswer(
                            ClassCount.newBuilder()
                                .setQuestions(task == Task.OPEN_ENDED ? questions : 0))
                        .build()));
      }
    }

    @Override
    public void retire(String checkpointId) {
      retired.add(checkpointId);
      ledger.add(new ModelCheckpointEvent(checkpointId, 99, null, null), 0);
    }

    @Override
    public void removeAdapter(String name) {
      removed.remove(name);
      removed.add(name);
    }
  }
}
