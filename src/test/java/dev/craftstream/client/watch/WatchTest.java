package dev.craftstream.client.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.craftstream.client.LiveCheckpoints;
import dev.craftstream.client.RecordDispatcher;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.Label;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.v1.KnowledgeRecord;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class WatchTest {
  private static final int COUNT = 800;
  private static final long START = System.currentTimeMillis() - 3_600_000;

  private final KafkaSettings kafka =
      KafkaSettings.builder("broker:9092").format(WireFormat.PROTOBUF).build();
  private final RecordDispatcher dispatcher = new RecordDispatcher(kafka, RecordLimits.DEFAULT);
  private final Watch watch = new Watch(kafka, 100);
  private final Map<String, Long> offsets = new HashMap<>();

  @Test
  void countsAllQuestionsAndKeepsASampleOfThem() throws IOException {
    sample();

    long train = train(Task.OPEN_ENDED) + train(Task.MULTIPLE_CHOICE);
    assertThat(train).isEqualTo(700);
    Plane plane = watch.plane();
    assertThat(plane.initial().id())
        .as("the one that is being measured")
        .isEqualTo("qwen-7b-turn-2");
    assertThat(plane.data().questionsInAll()).isEqualTo(700);
    assertThat(plane.data().questions().size()).isBetween(20, 60);
    assertThat(plane.data().questions()).allMatch(q -> q.initial() != null && !q.text().isEmpty());
  }

  @Test
  void sweepsTellWhatIsMeasuredWhatFailedAndWhatIsLeft() throws IOException {
    sample();

    List<Sweep> sweeps = watch.sweeps(START + SampleTopics.duration(COUNT, 10));
    assertThat(sweeps)
        .extracting(sweep -> sweep.checkpoint().id())
        .containsExactly("qwen-7b-turn-2", "qwen-7b-tuned-1", "qwen-7b-rehearsal-1", "qwen-7b");
    Sweep through = sweeps.get(3);
    assertThat(through.left()).isZero();
    assertThat(through.tasks().stream().mapToLong(Sweep.Progress::failed).sum())
        .isEqualTo(COUNT / 97);
    assertThat(through.tasks().stream().mapToLong(Sweep.Progress::total).sum()).isEqualTo(COUNT);
    assertThat(sweeps.get(2).tasks().stream().mapToLong(Sweep.Progress::total).sum())
        .isEqualTo(700);
    Sweep now = sweeps.get(0);
    assertThat(now.left()).isEqualTo(COUNT - (long) (COUNT * SampleTopics.SECOND_SWEEP));
  }

  @Test
  void aRateIsThatOfTheLastMinuteAndNoneAfterALongSilence() throws IOException {
    sample();

    Sweep now = watch.sweeps(START).get(0);
    assertThat(now.rate()).isBetween(9.0, 11.0);
    assertThat(watch.sweeps(now.newestAnswer() + 119_000).get(0).rate()).isEqualTo(now.rate());
    assertThat(watch.sweeps(now.newestAnswer() + 121_000).get(0).rate()).isZero();
  }

  @Test
  void labelsOverTimeEndWithTheLabelsOfNow() throws IOException {
    sample();

    List<Span> spans = watch.labelsOverTime();
    long[] last = spans.get(spans.size() - 1).counts();
    for (Label label : Label.values()) {
      assertThat(last[label.ordinal()])
          .isEqualTo(watch.labels().stream().mapToLong(its -> its.count(label)).sum());
    }
    assertThat(Arrays.stream(last).sum()).isEqualTo(700 - 7);
    assertThat(spans.size()).isLessThanOrEqualTo(240);
    assertThat(spans).allMatch(span -> Arrays.stream(span.counts()).allMatch(count -> count >= 0));
  }

  @Test
  void aQuestionThatChangedIsLeftUntilItIsMeasuredAgain() {
    know("a", "q", 1, 0.2);
    know("b", "q", 1, 0.4);
    assertThat(watch.measured("a")).isEqualTo(1);
    announced("a", "");
    question("q");
    assertThat(left()).isZero();

    know("b", "q", 2, 0.4);

    assertThat(left()).isEqualTo(1);
    know("a", "q", 2, 0.4);
    assertThat(left()).isZero();
  }

  @Test
  void aRemovedQuestionCountsNowhere() throws IOException {
    sample();
    long before = train(Task.OPEN_ENDED);
    long labels = labels();

    put(kafka.topics().questions(), "capital-france", null, START);
    put(kafka.topics().instructions(), "capital-france", null, START);
    put(kafka.topics().knowledge(), "capital-france", null, START);

    assertThat(train(Task.OPEN_ENDED)).isEqualTo(before - 1);
    assertThat(labels()).isEqualTo(labels - 1);
    assertThat(watch.sweeps(START).get(3).left()).isZero();
    assertThat(watch.plane().data().questions()).noneMatch(q -> q.id().equals("capital-france"));
  }

  @Test
  void theFlowIsOfAllQuestionsHoweverFewAreSampled() throws IOException {
    Watch one = new Watch(kafka, 1);
    new SampleTopics(kafka.topics(), COUNT, START, 10, (t, k, m, at) -> put(one, t, k, m, at))
        .write();
    one.add(retirement("qwen-7b-turn-2", 6), START);

    Plane plane = one.plane();
    assertThat(plane.rehearsal().id()).isEqualTo("qwen-7b-rehearsal-1");
    long measured = plane.flows().values().stream().mapToLong(Measurements.Flow::questions).sum();
    assertThat(measured).isEqualTo(700 - 7);
    assertThat(plane.flows().get(Task.OPEN_ENDED).mean()).isBetween(0.0, 0.1);
    assertThat(plane.data().questions()).hasSize(1);
  }

  @Test
  void whatIsShownOfARetiredCheckpointIsItsLifeAndHowOftenItWasMeasured() throws IOException {
    sample();

    watch.add(retirement("qwen-7b", 6), START + 5);

    List<LiveCheckpoints.Life> lives = watch.lives();
    assertThat(lives).hasSize(4);
    assertThat(lives.stream().filter(LiveCheckpoints.Life::isLive)).hasSize(1);
    assertThat(lives.get(0).retired()).isEqualTo(START + 5);
    assertThat(watch.measured("qwen-7b")).isEqualTo(COUNT - COUNT / 97);
  }

  @Test
  void datasetsTellHowManyOfTheirRecordsHaveCome() throws IOException {
    sample();

    Optional<ClosedDataset> craft =
        watch.datasets().stream()
            .filter(dataset -> dataset.manifest().getDatasetId().endsWith("craft-oe"))
            .findFirst();
    assertThat(craft).isPresent();
    assertThat(craft.get().base()).isEqualTo(100);
    assertThat(watch.completeDatasets()).isEqualTo(6);
    assertThat(watch.datasets()).hasSize(7);
    assertThat(watch.failures().byReason()).containsKeys("UNUSABLE_ANSWER", "MALFORMED", "INVALID");
    assertThat(watch.evaluations()).hasSize(4);
  }

  @Test
  void timesThatNoClockShowsAreTakenAsNow() {
    announced("a", "");
    for (long time : new long[] {-1, 0, Long.MAX_VALUE}) {
      put(kafka.topics().knowledge(), "q" + time, knowledge("a", "q" + time, 1, 0.5), time);
    }

    assertThat(watch.answersOverTime().size()).isLessThanOrEqualTo(2);
  }

  private static dev.craftstream.model.checkpoint.ModelCheckpointEvent retirement(
      String id, long modelTime) {
    return new dev.craftstream.model.checkpoint.ModelCheckpointEvent(id, modelTime, null, null);
  }

  private void sample() throws IOException {
    new SampleTopics(kafka.topics(), COUNT, START, 10, this::put).write();
  }

  private long train(Task task) {
    return watch.questions(task, Purpose.TRAIN);
  }

  private long labels() {
    return watch.labels().stream()
        .flatMapToLong(its -> Arrays.stream(Label.values()).mapToLong(its::count))
        .sum();
  }

  private long left() {
    return watch.sweeps(START).get(0).left();
  }

  private void question(String id) {
    put(
        kafka.topics().questions(),
        id,
        dev.craftstream.v1.QuestionEvent.newBuilder()
            .setQuestionId(id)
            .setOpenEnded(
                dev.craftstream.v1.OpenEnded.newBuilder().setQuestion("Who?").setAnswer("He"))
            .build(),
        START);
  }

  private void announced(String id, String base) {
    put(
        kafka.topics().modelCheckpoints(),
        id,
        dev.craftstream.v1.ModelCheckpointEvent.newBuilder()
            .setCheckpointId(id)
            .setAnnouncement(
                dev.craftstream.v1.Announcement.newBuilder()
                    .setRole(dev.craftstream.v1.Role.ROLE_INITIAL)
                    .setBaseCheckpointId(base)
                    .setServing(
                        dev.craftstream.v1.Serving.newBuilder()
                            .setModelName("m")
                            .setContract(dev.craftstream.v1.Contract.CONTRACT_CRAFT)))
            .build(),
        START);
  }

  private void know(String checkpoint, String question, int version, double correctness) {
    put(
        kafka.topics().knowledge(),
        question,
        knowledge(checkpoint, question, version, correctness),
        START);
  }

  private static KnowledgeRecord knowledge(
      String checkpoint, String question, int version, double correctness) {
    return KnowledgeRecord.newBuilder()
        .setQuestionId(question)
        .setQuestionVersion(version)
        .setCheckpointId(checkpoint)
        .setRole(dev.craftstream.v1.Role.ROLE_INITIAL)
        .setTask(dev.craftstream.v1.Task.TASK_OPEN_ENDED)
        .setCorrectness(correctness)
        .build();
  }

  private void put(String topic, String key, Message message, long time) {
    put(watch, topic, key, message, time);
  }

  private void put(Watch into, String topic, String key, Message message, long time) {
    long offset = offsets.merge(topic + System.identityHashCode(into), 1L, Long::sum) - 1;
    dispatcher.dispatch(
        new ConsumerRecord<>(
            topic,
            0,
            offset,
            time,
            TimestampType.CREATE_TIME,
            -1,
            -1,
            key.getBytes(UTF_8),
            message == null ? null : message.toByteArray(),
            new RecordHeaders(),
            Optional.empty()),
        into);
  }
}
