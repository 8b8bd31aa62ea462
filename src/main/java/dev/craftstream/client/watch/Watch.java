package dev.craftstream.client.watch;

import dev.craftstream.client.DeadLetterLedger;
import dev.craftstream.client.EvaluationLedger;
import dev.craftstream.client.LiveCheckpoints;
import dev.craftstream.client.LiveCheckpoints.Life;
import dev.craftstream.client.RecordHandler;
import dev.craftstream.client.RecordPlace;
import dev.craftstream.client.report.ChosenDataset;
import dev.craftstream.client.report.CuratedQuestion;
import dev.craftstream.client.report.EvaluatedCheckpoint;
import dev.craftstream.client.report.RunData;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.label.DropReason;
import dev.craftstream.model.label.Label;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import dev.craftstream.v1.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What the job's topics have said so far. All questions are counted, which takes 20 to 40 bytes a
 * question and 4 more for each live model checkpoint; of a random sample everything is kept. Safe
 * for several threads.
 */
public final class Watch implements RecordHandler {
  private static final long DAY = 24 * 3_600_000L;
  private static final int BUCKETS = 240;
  private static final int DATASETS = 1_000;

  private final String checkpointsTopic;
  private final QuestionNumbers numbers = new QuestionNumbers();
  private final QuestionKinds kinds = new QuestionKinds();
  private final Chunks.OfBytes versions = new Chunks.OfBytes();
  private final LiveCheckpoints checkpoints;
  private final Map<String, Measurements> measurements = new HashMap<>();
  private final Buckets labelChanges = new Buckets(Label.values().length, BUCKETS);
  private final LabelCounts labels = new LabelCounts(labelChanges);
  private final Buckets answers = new Buckets(Role.values().length, BUCKETS);
  private final SampledQuestions sample;
  private final Datasets datasets = new Datasets(DATASETS);
  private final EvaluationLedger evaluations = new EvaluationLedger();
  private final DeadLetterLedger deadLetters = new DeadLetterLedger();
  private final Map<Topic, Long> changes = new EnumMap<>(Topic.class);
  private long writtenAt;

  /** What a record was on; what is shown changes with it. */
  public enum Topic {
    QUESTIONS,
    CHECKPOINTS,
    KNOWLEDGE,
    LABELS,
    DATASETS,
    EVALUATIONS,
    DEAD_LETTERS
  }

  /**
   * @param sample of how many questions to train on everything is kept
   */
  public Watch(KafkaSettings settings, int sample) {
    this.checkpointsTopic = settings.topics().modelCheckpoints();
    this.sample = new SampledQuestions(sample);
    this.checkpoints =
        new LiveCheckpoints(System.currentTimeMillis() - settings.retention().toMillis());
    for (Topic topic : Topic.values()) {
      changes.put(topic, 0L);
    }
  }

  // What comes.

  @Override
  public synchronized void begin(RecordPlace place) {
    long now = System.currentTimeMillis();
    // Producers may write any time.
    writtenAt = place.writtenAt() <= 0 || place.writtenAt() > now + DAY ? now : place.writtenAt();
  }

  private void changed(Topic topic) {
    changes.merge(topic, 1L, Long::sum);
  }

  @Override
  public synchronized void add(QuestionEvent event) {
    int number = numbers.of(event.questionId());
    if (event.question() == null) {
      kinds.remove(number);
    } else {
      kinds.put(number, event.question());
    }
    sample.add(event);
    changed(Topic.QUESTIONS);
  }

  @Override
  public synchronized void add(ModelCheckpointEvent event, long time) {
    checkpoints.add(event, time);
    if (event.announced() == null) {
      forgetRetired();
    }
    changed(Topic.CHECKPOINTS);
  }

  private void forgetRetired() {
    List<String> live =
        lives().stream().filter(Life::isLive).map(l -> l.checkpoint().id()).toList();
    for (Life life : lives()) {
      if (!life.isLive() && !live.contains(life.checkpoint().id())) {
        of(life.checkpoint().id()).forgetQuestions();
      }
    }
  }

  private Measurements of(String checkpointId) {
    return measurements.computeIfAbsent(checkpointId, id -> new Measurements());
  }

  @Override
  public synchronized void add(KnowledgeRecord knowledge) {
    int number = numbers.of(knowledge.getQuestionId());
    int version = knowledge.getQuestionVersion() & 0xff;
    if (versions.get(number) != version) {
      // The last one read: versions begin at 1 again where a question comes back, or a job starts
      // anew.
      versions.set(number, version);
      measurements.values().forEach(its -> its.remove(number));
    }
    checkpoints.served(knowledge.getCheckpointId());
    of(knowledge.getCheckpointId()).put(number, knowledge, writtenAt);
    switch (knowledge.getRole()) {
      case ROLE_INITIAL -> answers.add(writtenAt, Role.INITIAL.ordinal(), 1);
      case ROLE_REHEARSAL -> answers.add(writtenAt, Role.REHEARSAL.ordinal(), 1);
      case ROLE_TUNED -> answers.add(writtenAt, Role.TUNED.ordinal(), 1);
      case ROLE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    sample.add(knowledge);
    changed(Topic.KNOWLEDGE);
  }

  @Override
  public synchronized void removeKnowledge(String questionId) {
    int number = numbers.of(questionId);
    versions.set(number, 0);
    measurements.values().forEach(its -> its.remove(number));
    changed(Topic.KNOWLEDGE);
  }

  @Override
  public synchronized void add(Instruction instruction) {
    checkpoints.served(instruction.getBasis());
    labels.put(numbers.of(instruction.getQuestionId()), instruction, writtenAt);
    sample.add(instruction);
    changed(Topic.LABELS);
  }

  @Override
  public synchronized void removeInstructions(String questionId) {
    labels.remove(numbers.of(questionId), writtenAt);
    sample.removeInstructions(questionId);
    changed(Topic.LABELS);
  }

  @Override
  public synchronized void add(DatasetRecord member) {
    datasets.add(member);
    changed(Topic.DATASETS);
  }

  @Override
  public synchronized void add(DatasetManifest manifest) {
    checkpoints.served(manifest);
    datasets.add(manifest);
    changed(Topic.DATASETS);
  }

  @Override
  public synchronized void removeManifest(String datasetId) {
    datasets.removeManifest(datasetId);
    changed(Topic.DATASETS);
  }

  @Override
  public synchronized void add(Evaluation evaluation) {
    checkpoints.served(evaluation.getCheckpointId());
    evaluations.add(evaluation);
    changed(Topic.EVALUATIONS);
  }

  @Override
  public synchronized void add(DeadLetter letter, long time) {
    deadLetters.add(letter, time);
    if (letter.getTopic().equals(checkpointsTopic)) {
      checkpoints.refuse(letter);
      changed(Topic.CHECKPOINTS);
    }
    if (letter.getReason() == Reason.REASON_UNUSABLE_ANSWER && !letter.getQuestionId().isEmpty()) {
      of(letter.getCheckpointId()).fail(numbers.of(letter.getQuestionId()), writtenAt);
      sample.add(letter, time);
      changed(Topic.KNOWLEDGE);
    }
    changed(Topic.DEAD_LETTERS);
  }

  // What is shown.

  /** How often anything has come on these. */
  public synchronized long changes(Topic... topics) {
    return Arrays.stream(topics).mapToLong(changes::get).sum();
  }

  public synchronized long questions(Task task, Purpose purpose) {
    return kinds.count(task, purpose);
  }

  public synchronized long modelTime() {
    return checkpoints.modelTime();
  }

  /** All model checkpoints that were taken, in the order of their announcements. */
  public synchronized List<Life> lives() {
    return checkpoints.lives();
  }

  /** How many records of measurements have come under a model checkpoint. */
  public synchronized long measured(String checkpointId) {
    Measurements its = measurements.get(checkpointId);
    return its == null ? 0 : its.records();
  }

  /**
   * The live model checkpoints, the newest first.
   *
   * @param now in milliseconds
   */
  public synchronized List<Sweep> sweeps(long now) {
    List<Sweep> sweeps = new ArrayList<>();
    for (Life life : lives()) {
      if (life.isLive()) {
        ModelCheckpoint checkpoint = life.checkpoint();
        Measurements its = of(checkpoint.id());
        List<Sweep.Progress> tasks = new ArrayList<>();
        for (Task task : Task.values()) {
          long total = kinds.toMeasure(checkpoint.role(), task);
          if (total > 0) {
            Measurements.Done done = its.done(task, kinds, checkpoint.role());
            tasks.add(new Sweep.Progress(task, done.measured(), done.failed(), total));
          }
        }
        sweeps.add(
            0,
            new Sweep(
                checkpoint,
                life.announced(),
                tasks,
                its.rate().ofLate(now),
                its.rate().first(),
                its.rate().newest()));
      }
    }
    return sweeps;
  }

  /** The labels of the tasks that have any. */
  public synchronized List<TaskLabels> labels() {
    List<TaskLabels> all = new ArrayList<>();
    for (Task task : Task.values()) {
      Map<Label, Long> provisional = new EnumMap<>(Label.class);
      Map<Label, Long> decided = new EnumMap<>(Label.class);
      Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
      for (Label label : Label.values()) {
        provisional.put(label, labels.count(task, label, false));
        decided.put(label, labels.count(task, label, true));
      }
      for (DropReason reason : DropReason.values()) {
        dropped.put(reason, labels.count(task, reason));
      }
      TaskLabels its = new TaskLabels(task, provisional, decided, dropped);
      if (Arrays.stream(Label.values()).anyMatch(label -> its.count(label) > 0)) {
        all.add(its);
      }
    }
    return all;
  }

  /** How many questions had which label at the end of each span, by its ordinal. */
  public synchronized List<Span> labelsOverTime() {
    return spans(labels.overTime(), labelChanges.width());
  }

  /** How many answers came under checkpoints of which role, by its ordinal. */
  public synchronized List<Span> answersOverTime() {
    return spans(answers.all(), answers.width());
  }

  private static List<Span> spans(List<Buckets.Bucket> buckets, long width) {
    return buckets.stream()
        .map(bucket -> new Span(bucket.from(), bucket.from() + width, bucket.counts()))
        .toList();
  }

  /** The sample under the newest INITIAL checkpoint that was measured, and its REHEARSAL. */
  public synchronized Plane plane() {
    List<ModelCheckpoint> measured = measuredToTrainOn();
    ModelCheckpoint initial = newest(measured, c -> c.role() == Role.INITIAL);
    return plane(
        initial, initial == null ? null : newest(measured, c -> isRehearsalOf(c, initial)));
  }

  /** The sample under the newest INITIAL checkpoint that has a REHEARSAL that was measured. */
  public synchronized Plane planeWithFlow() {
    List<ModelCheckpoint> measured = measuredToTrainOn();
    ModelCheckpoint initial =
        newest(
            measured,
            c ->
                c.role() == Role.INITIAL
                    && measured.stream().anyMatch(other -> isRehearsalOf(other, c)));
    return plane(
        initial, initial == null ? null : newest(measured, c -> isRehearsalOf(c, initial)));
  }

  private static boolean isRehearsalOf(ModelCheckpoint checkpoint, ModelCheckpoint initial) {
    return checkpoint.role() == Role.REHEARSAL && checkpoint.baseId().equals(initial.id());
  }

  private static ModelCheckpoint newest(
      List<ModelCheckpoint> oldestFirst, Predicate<ModelCheckpoint> condition) {
    return oldestFirst.stream().filter(condition).reduce((older, newer) -> newer).orElse(null);
  }

  private List<ModelCheckpoint> measuredToTrainOn() {
    return lives().stream()
        .filter(life -> life.isLive() && of(life.checkpoint().id()).hasQuestionsToTrainOn(kinds))
        .map(Life::checkpoint)
        .toList();
  }

  private Plane plane(ModelCheckpoint initial, ModelCheckpoint rehearsal) {
    Map<Task, Measurements.Flow> flows = new EnumMap<>(Task.class);
    List<CuratedQuestion> questions = List.of();
    List<ChosenDataset> divided = List.of();
    if (initial != null) {
      String rehearsalId = rehearsal == null ? "" : rehearsal.id();
      questions =
          sample.ledger().curated(initial.id(), rehearsalId).stream()
              .filter(question -> question.initial() != null)
              .toList();
      divided = datasets.divided(initial.id(), rehearsalId);
    }
    if (rehearsal != null) {
      for (Task task : Task.values()) {
        flows.put(task, of(initial.id()).to(of(rehearsal.id()), task));
      }
    }
    long inAll =
        Arrays.stream(Task.values()).mapToLong(task -> kinds.count(task, Purpose.TRAIN)).sum();
    return new Plane(
        initial,
        rehearsal,
        flows,
        RunData.builder().questions(questions, inAll).datasets(divided).build());
  }

  /** The datasets and rehearsal sets that are closed, the newest first. */
  public synchronized List<ClosedDataset> datasets() {
    return datasets.all();
  }

  /** How many datasets and rehearsal sets were built. */
  public synchronized long completeDatasets() {
    return datasets.complete();
  }

  public synchronized List<EvaluatedCheckpoint> evaluations() {
    return evaluations.all();
  }

  public synchronized RunData.Failures failures() {
    return deadLetters.failures();
  }
}
