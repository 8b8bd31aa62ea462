package dev.craftstream.client.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.client.TopicReader;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Replay;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.ReplayHeaders;
import dev.craftstream.topics.records.WireFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dead letters go back once, byte for byte, and over nothing newer; against a real broker. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class DeadLetterReplayTest {
  private static final ReplayChoice ALL =
      new ReplayChoice(Set.of(), Set.of(), Set.of(), null, null, 3, Long.MAX_VALUE);

  private static final TopicReader.Progress NOBODY = (read, left) -> {};

  private ReplayTopics topics;

  @BeforeEach
  void topics(KafkaBroker broker) {
    topics = new ReplayTopics(broker, WireFormat.JSON);
  }

  @AfterEach
  void close() {
    topics.close();
  }

  private ReplayReport replay() {
    return new DeadLetterReplay(topics.kafka(), ALL, NOBODY).replay();
  }

  private String questions() {
    return topics.kafka().topics().questions();
  }

  private String requests() {
    return topics.kafka().topics().requests();
  }

  // Byte for byte.

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenAnyBytes_whenReplayed_thenTheyLieWhereTheyLayWithWhereTheyComeFrom(
      WireFormat format, KafkaBroker broker) throws Exception {
    try (ReplayTopics own = new ReplayTopics(broker, format)) {
      String requests = own.kafka().topics().requests();
      String questions = own.kafka().topics().questions();
      byte[] strange = {'{', (byte) 0xfe, 0, 13, 10};
      List<OriginalRecord> refused =
          List.of(
              own.refuse(own.put(questions, 1, strange, strange), Reason.MALFORMED),
              own.refuse(own.put(questions, 1, new byte[] {7}, new byte[0]), Reason.MALFORMED),
              own.refuse(own.put(questions, 0, new byte[] {1, 2}, null), Reason.INVALID),
              own.refuse(own.put(requests, 0, null, strange), Reason.MALFORMED),
              own.refuse(own.put(requests, 0, new byte[0], strange), Reason.MALFORMED));

      ReplayReport report = new DeadLetterReplay(own.kafka(), ALL, NOBODY).replay();

      assertThat(report.count(Outcome.REPLAYED)).isEqualTo(5);
      List<ConsumerRecord<byte[], byte[]>> replayed = new ArrayList<>(own.replayed(questions));
      replayed.addAll(own.replayed(requests));
      assertThat(replayed).hasSize(5);
      for (OriginalRecord original : refused) {
        assertThat(replayed)
            .as(original.origin().name())
            .anySatisfy(
                entry -> {
                  assertThat(ReplayHeaders.read(entry.headers()))
                      .contains(new Replay(original.origin(), 1));
                  assertThat(entry.partition()).isEqualTo(original.origin().partition());
                  assertThat(entry.key()).isEqualTo(original.key());
                  assertThat(entry.value()).isEqualTo(original.value());
                });
      }
    }
  }

  @Test
  void givenCheckpointsAndRequestsThatRestOnOneAnother_whenReplayed_thenInTheirOrder()
      throws Exception {
    String checkpoints = topics.kafka().topics().modelCheckpoints();
    // Their dead letters lie in two partitions, by their ids.
    List<String> ids = IntStream.range(0, 20).mapToObj(i -> "checkpoint-" + i).toList();
    for (String id : ids) {
      topics.refuse(
          topics.put(checkpoints, 0, id.getBytes(UTF_8), id.getBytes(UTF_8)), Reason.INVALID);
    }
    replay();
    assertThat(topics.replayed(checkpoints))
        .extracting(entry -> new String(entry.key(), UTF_8))
        .containsExactlyElementsOf(ids);
  }

  // Once.

  @Test
  void givenTheSameCommandAgain_whenRun_thenNothingGoesBackTwice() throws Exception {
    for (int i = 0; i < 250; i++) {
      topics.refuse(topics.question("q" + i, "value " + i), Reason.TOO_LARGE);
    }
    topics.refuse(topics.put(requests(), 0, null, new byte[] {1}), Reason.MALFORMED);
    assertThat(replay().count(Outcome.REPLAYED)).isEqualTo(251);

    ReplayReport again = replay();
    assertThat(again.count(Outcome.REPLAYED)).isZero();
    assertThat(again.count(Outcome.REPLAYED_BEFORE)).isEqualTo(251);
    assertThat(topics.replayedQuestions()).hasSize(250).doesNotHaveDuplicates();
    assertThat(topics.replayed(requests())).hasSize(1);
  }

  @Test
  void givenACommandThatDiedBeforeItsCommit_whenRunAgain_thenItIsReplayedOnce() throws Exception {
    OriginalRecord original = topics.refuse(topics.question("q", "old"), Reason.TOO_LARGE);
    try (var dead = topics.transactional()) {
      dead.beginTransaction();
      dead.send(
              new ProducerRecord<>(
                  questions(),
                  0,
                  original.key(),
                  original.value(),
                  ReplayHeaders.of(new Replay(original.origin(), 1))))
          .get(20, TimeUnit.SECONDS);

      assertThat(replay().count(Outcome.REPLAYED)).isEqualTo(1);

      assertThat(topics.replayedQuestions()).containsExactly("old");
      assertThatThrownBy(dead::commitTransaction).isInstanceOf(KafkaException.class);
      assertThat(topics.replayedQuestions()).containsExactly("old");
    }
  }

  @Test
  void givenACommandThatDiedBehindItsCommit_whenRunAgain_thenItIsNotReplayed() throws Exception {
    OriginalRecord original = topics.refuse(topics.question("q", "old"), Reason.TOO_LARGE);
    topics.refuse(topics.question("p", "other"), Reason.TOO_LARGE);
    topics.put(questions(), 0, original.key(), original.value(), new Replay(original.origin(), 1));

    ReplayReport report = replay();
    assertThat(report.count(Outcome.REPLAYED_BEFORE)).isEqualTo(1);
    assertThat(report.count(Outcome.REPLAYED)).isEqualTo(1);
    assertThat(topics.replayedQuestions()).containsExactlyInAnyOrder("old", "other");
  }

  @Test
  void givenAnotherCommandThatBegins_whenReplaying_thenTheEarlierOneEndsWithASentence()
      throws Exception {
    topics.refuse(topics.question("q", "old"), Reason.TOO_LARGE);
    TopicReader.Progress another = whenAllIsRead(this::replay);
    assertThatThrownBy(() -> new DeadLetterReplay(topics.kafka(), ALL, another).replay())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Another ./craft replay of this job began");
    assertThat(topics.replayedQuestions()).containsExactly("old");
  }

  @Test
  void givenAJobThatStartedAnew_whenReplayed_thenItsTwoDeadLettersOfARecordAreOne()
      throws Exception {
    OriginalRecord original = topics.question("q", "old");
    topics.refuse(original, Reason.MALFORMED);
    topics.refuse(original, Reason.INVALID);

    assertThat(replay().outcomes())
        .isEqualTo(Map.of(dev.craftstream.v1.Reason.REASON_INVALID, Map.of(Outcome.REPLAYED, 1L)));
    assertThat(topics.replayedQuestions()).containsExactly("old");
  }

  // Over nothing newer.

  @Test
  void givenAQuestionThatWasCorrectedSince_whenReplayed_thenItIsLeftAlone() throws Exception {
    topics.refuse(topics.question("corrected", "old"), Reason.INVALID);
    topics.question("corrected", "new");
    topics.refuse(topics.question("removed", "old"), Reason.INVALID);
    topics.put(questions(), 0, "removed".getBytes(UTF_8), null);
    topics.refuse(topics.question("elsewhere", "old"), Reason.INVALID);
    // Producers do not agree on where a key belongs.
    topics.put(questions(), 1, "elsewhere".getBytes(UTF_8), "new".getBytes(UTF_8));
    topics.question("before", "good");
    topics.refuse(topics.question("before", "mended"), Reason.INVALID);

    ReplayReport report = replay();
    assertThat(report.count(Outcome.SUPERSEDED)).isEqualTo(3);
    assertThat(topics.replayedQuestions()).containsExactly("mended");
  }

  @Test
  void givenSeveralRefusedRecordsOfAKey_whenReplayed_thenTheNewestAlone() throws Exception {
    topics.refuse(topics.question("q", "first"), Reason.INVALID);
    topics.refuse(topics.question("q", "second"), Reason.TOO_LARGE);

    assertThat(replay().outcomes())
        .isEqualTo(
            Map.of(
                dev.craftstream.v1.Reason.REASON_INVALID, Map.of(Outcome.SUPERSEDED, 1L),
                dev.craftstream.v1.Reason.REASON_TOO_LARGE, Map.of(Outcome.REPLAYED, 1L)));
    assertThat(topics.replayedQuestions()).containsExactly("second");
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenRecordsWithoutKeys_whenReplayed_thenTheirIdsTellWhatIsNewer(
      WireFormat format, KafkaBroker broker) throws Exception {
    byte[] old =
        format == WireFormat.JSON
            ? json("{\"a\": [1], \"requestId\": \"r\"}")
            : new byte[] {24, 1, 10, 1, 'r', 15};
    byte[] corrected =
        format == WireFormat.JSON ? json("{\"request_id\": \"r\"}") : new byte[] {10, 1, 'r'};
    byte[] other =
        format == WireFormat.JSON ? json("{\"request_id\": \"s\"}") : new byte[] {10, 1, 's'};
    try (ReplayTopics own = new ReplayTopics(broker, format)) {
      String requests = own.kafka().topics().requests();
      own.refuse(own.put(requests, 0, null, old), Reason.INVALID);
      own.refuse(own.put(requests, 0, null, other), Reason.INVALID);
      own.put(requests, 0, null, corrected);

      new DeadLetterReplay(own.kafka(), ALL, NOBODY).replay();
      assertThat(own.replayed(requests)).extracting(ConsumerRecord::value).containsExactly(other);
    }
  }

  private static byte[] json(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void givenACorrectionWhileItIsReplayed_whenCommitted_thenTheCorrectionStands() throws Exception {
    topics.refuse(topics.question("q", "old"), Reason.INVALID);
    topics.refuse(topics.question("p", "other"), Reason.INVALID);
    TopicReader.Progress corrects = whenAllIsRead(() -> topics.question("q", "new"));

    ReplayReport report = new DeadLetterReplay(topics.kafka(), ALL, corrects).replay();

    assertThat(report.count(Outcome.SUPERSEDED)).isEqualTo(1);
    assertThat(topics.replayedQuestions()).containsExactly("other");
  }

  /**
   * Does something once the dead letters are read, and the topics that they came from up to ends
   * that were taken before.
   */
  private static TopicReader.Progress whenAllIsRead(Callable<?> action) {
    int[] complete = {0};
    return (read, left) -> {
      if (left == 0 && ++complete[0] == 2) {
        try {
          action.call();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  // What is not replayed.

  @Test
  void givenRecordsThatFailAgainAndAgain_whenReplayed_thenTheyAreLeftAloneAfterAFewTimes()
      throws Exception {
    OriginalRecord original = topics.refuse(topics.question("q", "bad"), Reason.MALFORMED);
    for (int replays = 1; replays <= 3; replays++) {
      assertThat(replay().count(Outcome.REPLAYED)).isEqualTo(1);
      var copies = topics.replayed(questions());
      ConsumerRecord<byte[], byte[]> copy = copies.get(copies.size() - 1);
      Replay replay = ReplayHeaders.read(copy.headers()).orElseThrow();
      assertThat(replay).isEqualTo(new Replay(original.origin(), replays));
      original =
          topics.refuse(
              new OriginalRecord(
                  new Origin(copy.topic(), copy.partition(), copy.offset()),
                  copy.key(),
                  copy.value(),
                  replay),
              Reason.MALFORMED);
    }
    ReplayReport report = replay();
    assertThat(report.count(Outcome.REPLAYED)).isZero();
    assertThat(report.count(Outcome.TOO_OFTEN)).isEqualTo(1);
    assertThat(report.count(Outcome.REPLAYED_BEFORE)).isEqualTo(3);
  }

  @Test
  void givenRecordsOfWhichTheBeginningIsKept_whenReplayed_thenTheyAreLeftAlone() throws Exception {
    OriginalRecord original = topics.question("q", "x");
    topics.refuse(
        new OriginalRecord(original.origin(), original.key(), new byte[(8 << 20) + 1]),
        Reason.TOO_LARGE);
    assertThat(replay().count(Outcome.CUT)).isEqualTo(1);
    assertThat(topics.replayedQuestions()).isEmpty();
  }

  @Test
  void givenATopicThatForgets_whenReplayed_thenWhatCannotBeJudgedIsLeftAlone() throws Exception {
    OriginalRecord gone = topics.put(requests(), 0, null, new byte[] {1});
    topics.refuse(gone, Reason.MALFORMED);
    OriginalRecord there = topics.put(requests(), 0, null, new byte[] {2});
    topics.refuse(there, Reason.MALFORMED);
    topics.refuse(
        new OriginalRecord(new Origin(requests(), 0, 4711), null, new byte[] {3}),
        Reason.MALFORMED);
    topics.refuse(
        new OriginalRecord(new Origin("another-requests", 0, 0), null, new byte[] {4}),
        Reason.MALFORMED);
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", topics.kafka().bootstrapServers()))) {
      admin
          .deleteRecords(
              Map.of(
                  new TopicPartition(requests(), 0),
                  RecordsToDelete.beforeOffset(there.origin().offset())))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
    ReplayReport report = replay();
    assertThat(report.count(Outcome.OUT_OF_REACH)).isEqualTo(3);
    assertThat(topics.replayed(requests()))
        .extracting(ConsumerRecord::value)
        .containsExactly(new byte[] {2});
  }

  @Test
  void givenDeadLettersOfAnotherJobAlone_whenReplayed_thenTheyAreOutOfReach() throws Exception {
    topics.refuse(
        new OriginalRecord(new Origin("another-requests", 0, 0), null, new byte[] {4}),
        Reason.MALFORMED);
    assertThat(replay().count(Outcome.OUT_OF_REACH)).isEqualTo(1);
  }

  @Test
  void givenAQuestionThatAModelFailedAt_whenReplayed_thenItIsToBeAskedAgain() throws Exception {
    OriginalRecord original = topics.question("q", "taken");
    topics.letter(
        new DeadLetter(Reason.UNUSABLE_ANSWER, "No samples came.", original, "q", "base"), null);
    topics.refuse(topics.question("q", "corrected"), Reason.INVALID);

    ReplayReport report = replay();
    assertThat(report.count(Outcome.ASK_AGAIN)).isEqualTo(1);
    assertThat(report.askAgain()).isEqualTo(Map.of("base", 1L));
    assertThat(topics.replayedQuestions()).containsExactly("corrected");
  }

  @Test
  void givenADryRun_whenLooked_thenItSaysTheSameAndWritesNothing() throws Exception {
    topics.refuse(topics.question("q", "old"), Reason.INVALID);
    topics.refuse(topics.question("p", "old"), Reason.INVALID);
    topics.question("p", "new");
    ReplayReport look = new DeadLetterReplay(topics.kafka(), ALL, NOBODY).look();
    assertThat(topics.replayedQuestions()).isEmpty();
    assertThat(look.outcomes()).isEqualTo(replay().outcomes());
  }
}
