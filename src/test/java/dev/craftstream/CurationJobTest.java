package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.craftstream.local.KafkaBroker;
import dev.craftstream.local.TritonServer;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Role;
import dev.craftstream.model.Task;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.testing.RunningJob;
import dev.craftstream.testing.TritonServerExtension;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.Reason;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The whole job with a real broker, a real Triton with small models, and Flink as it is configured.
 */
@ExtendWith(KafkaBrokerExtension.class)
class CurationJobTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(RunningJob.flinkConfiguration())
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @Test
  void badInputHarmsNothingButItself(KafkaBroker broker) throws Exception {
    Map<String, Reason> bad = new LinkedHashMap<>();
    bad.put("no JSON at all", Reason.REASON_MALFORMED);
    bad.put("[]", Reason.REASON_MALFORMED);
    bad.put("{\"question_id\":7,\"open_ended\":{}}", Reason.REASON_MALFORMED);
    bad.put(
        "{\"question_id\":\"bad\",\"open_ended\":{\"question\":\"Who?\"}}", Reason.REASON_INVALID);
    bad.put(
        "{\"question_id\":\"bad\",\"purpose\":\"PURPOSE_FUN\",\"removal\":{}}",
        Reason.REASON_INVALID);
    bad.put(
        "{\"question_id\":\"bad\",\"multiple_choice\":{\"question\":\"Who?\",\"options\":[\"a\",\"b\"],\"target\":\"C\"}}",
        Reason.REASON_INVALID);
    bad.put(
        "{\"question_id\":\"bad\",\"open_ended\":{\"question\":\""
            + "x".repeat(5 << 20)
            + "\",\"answer\":\"a\"}}",
        Reason.REASON_TOO_LARGE);
    byte[] notUtf8 = {'{', '"', (byte) 0xc3, 0x28, '"', '}'};
    try (RunningJob job = start(broker, TRITON.endpoint(), Map.of())) {
      job.ask(openEnded("before", "Who was first?"));
      for (String value : bad.keySet()) {
        job.sendQuestion(utf8("bad"), utf8(value));
      }
      job.sendQuestion(utf8("bad"), notUtf8);
      job.ask(openEnded("after", "Who was last?"));
      job.sendCheckpoint(utf8("c"), utf8("{}"));
      job.announce("orphan", Role.REHEARSAL, "nobody", "craft_echo", "1");
      job.announce("absent", Role.INITIAL, "", "no_such_model", "1");
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");

      await().atMost(PATIENCE).until(() -> job.deadLetters().size() >= bad.size() + 4);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(job.instruction("before")).isPresent();
                assertThat(job.instruction("after")).isPresent();
              });

      Map<String, DeadLetter> byOriginal =
          job.deadLetters().stream()
              .collect(Collectors.toMap(d -> d.getOriginalValue().toStringUtf8(), d -> d));
      bad.forEach(
          (value, reason) -> {
            DeadLetter letter = byOriginal.get(value);
            assertThat(letter).as("original of %.80s", value).isNotNull();
            assertThat(letter.getReason()).as("%.80s", value).isEqualTo(reason);
            assertThat(letter.getTopic()).endsWith("questions");
            assertThat(letter.getExplanation()).isNotBlank();
          });
      assertThat(job.deadLetters())
          .extracting(DeadLetter::getReason, DeadLetter::getCheckpointId)
          .contains(
              org.assertj.core.groups.Tuple.tuple(Reason.REASON_UNKNOWN_CHECKPOINT, "orphan"),
              org.assertj.core.groups.Tuple.tuple(Reason.REASON_UNSERVABLE_CHECKPOINT, "absent"));
      assertThat(job.deadLetters())
          .anySatisfy(
              letter -> assertThat(letter.getOriginalValue().toByteArray()).isEqualTo(notUtf8));
    }
  }

  @Test
  void aQuestionThatItsModelCannotAnswerIsADeadLetterAndTheOthersGoOn(KafkaBroker broker)
      throws Exception {
    try (RunningJob job =
        start(
            broker,
            TRITON.endpoint(),
            Map.of("tracker.attempts", "2", "tracker.back-off.first", "200ms"))) {
      // The model knows how to answer open-ended questions and fails on multiple-choice ones.
      job.announce("initial", Role.INITIAL, "", "nonsense", "1");
      job.ask(choice("poison"));
      for (int i = 0; job.deadLetters().isEmpty(); i++) {
        job.ask(openEnded("q" + i, "Who is number " + i + "?"));
        assertThat(i).isLessThan(500);
      }
      DeadLetter letter = job.deadLetters().get(0);
      assertThat(letter.getReason()).isEqualTo(Reason.REASON_UNUSABLE_ANSWER);
      assertThat(letter.getQuestionId()).isEqualTo("poison");
      assertThat(letter.getCheckpointId()).isEqualTo("initial");
      assertThat(letter.getOriginalValue().toStringUtf8()).contains("\"poison\"");
      await().atMost(PATIENCE).until(() -> job.instruction("q0").isPresent());
    }
  }

  @Test
  void aChangedQuestionGetsANewInstructionAndARemovedOneATombstone(KafkaBroker broker)
      throws Exception {
    try (RunningJob job = start(broker, TRITON.endpoint(), Map.of())) {
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      job.ask(openEnded("q", "Who?"));
      await().atMost(PATIENCE).until(() -> job.instruction("q").isPresent());
      job.ask(openEnded("q", "Who else?"));
      await()
          .atMost(PATIENCE)
          .until(() -> job.instruction("q").map(Instruction::getRevision).orElse(0) == 2);
      assertThat(job.instruction("q").orElseThrow().getPrompt()).contains("Who else?");
      assertThat(job.instruction("q").orElseThrow().getQuestionVersion()).isEqualTo(2);
      job.remove("q");
      await().atMost(PATIENCE).until(() -> job.tombstones().equals(List.of("q")));
    }
  }

  @Test
  void aServerThatIsNotThereAtStartIsWaitedFor(KafkaBroker broker) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (RunningJob job =
        start(
            broker,
            "127.0.0.1:" + port,
            Map.of("triton.deadline", "2s", "triton.retry.max-back-off", "500ms"))) {
      job.ask(openEnded("q", "Who?"));
      job.announce("initial", Role.INITIAL, "", "craft_echo", "1");
      job.sendQuestion(utf8("bad"), utf8("nonsense"));
      await().atMost(PATIENCE).until(() -> !job.deadLetters().isEmpty());
      assertThat(job.instructions()).isEmpty();

      TritonServer.Settings later =
          TRITON
              .ownServer(Path.of("target/triton").toAbsolutePath(), "craft_echo")
              .withPorts(new TritonServer.Ports(port, 0, 0));
      try (TritonServer triton = TritonServer.start(later)) {
        await().atMost(PATIENCE).until(() -> job.instruction("q").isPresent());
        assertThat(triton.endpoint()).endsWith(":" + port);
      }
      assertThat(job.deadLetters()).hasSize(1);
    }
  }

  @Test
  void exactlyOnceWithoutFlinkCheckpointsIsAMistake() {
    Configuration options =
        Configuration.fromMap(
            Map.of("kafka.bootstrap-servers", "b:9092", "triton.endpoints", "t:8001"));
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(new Configuration());
    assertThatThrownBy(() -> CurationJob.define(env, CurationSettings.of(options)))
        .hasMessageContaining("Set execution.checkpointing.interval");
    env.enableCheckpointing(Duration.ofHours(1).toMillis());
    assertThatThrownBy(() -> CurationJob.define(env, CurationSettings.of(options)))
        .hasMessageContaining("kafka.transaction-timeout is PT15M");
  }

  private static RunningJob start(KafkaBroker broker, String triton, Map<String, String> overrides)
      throws Exception {
    Map<String, String> options = new LinkedHashMap<>(overrides);
    options.putIfAbsent("triton.model-ready-timeout", "1s");
    return RunningJob.start(broker.bootstrapServers(), triton, options);
  }

  private static Question openEnded(String id, String text) {
    return new Question(
        id, Task.OPEN_ENDED, Purpose.TRAIN, text, "0", List.of(), List.of(), "", List.of());
  }

  private static Question choice(String id) {
    return new Question(
        id,
        Task.MULTIPLE_CHOICE,
        Purpose.TRAIN,
        "Which?",
        "A",
        List.of(),
        List.of("this", "that"),
        "",
        List.of());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
