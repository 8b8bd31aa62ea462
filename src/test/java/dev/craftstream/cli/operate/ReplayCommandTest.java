package dev.craftstream.cli.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.cli.Craft;
import dev.craftstream.client.replay.ReplayTopics;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.DeadLetter.Reason;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.records.WireFormat;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Which dead letters {@code ./craft replay} takes, and what it says. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class ReplayCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private ReplayTopics topics;

  @BeforeEach
  void topics(KafkaBroker broker) {
    topics = new ReplayTopics(broker, WireFormat.JSON);
  }

  @AfterEach
  void close() {
    topics.close();
  }

  private int run(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "replay",
                "--bootstrap-servers=" + topics.kafka().bootstrapServers(),
                "-Dkafka.topic-prefix=" + topics.kafka().topics().prefix(),
                "-Dkafka.transactional-id-prefix=" + topics.kafka().transactionalIdPrefix()));
    all.addAll(List.of(more));
    out.getBuffer().setLength(0);
    CommandLine commands = Craft.commandLine();
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    return Craft.run(commands, all.toArray(String[]::new));
  }

  @Test
  void whatWasDoneIsATableByReason() throws Exception {
    topics.refuse(topics.question("a", "a1"), Reason.MALFORMED);
    topics.refuse(topics.question("b", "b1"), Reason.TOO_LARGE);
    topics.refuse(topics.question("c", "c1"), Reason.TOO_LARGE);
    topics.question("c", "c2");
    topics.letter(
        new DeadLetter(Reason.UNUSABLE_ANSWER, "No.", topics.question("d", "d1"), "d", "base"),
        null);

    assertThat(run("--dry-run")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            reason           found  to replay  superseded  ask again
            MALFORMED            1          1           0          0
            TOO_LARGE            2          1           1          0
            UNUSABLE_ANSWER      1          0           0          1
            all                  4          2           1          1

            1 superseded: a newer record of the same key came, which stays as it is.
            1 to ask again: questions that the job knows and their model failed to answer. When it is mended:
              ./craft request retry NEW_ID --checkpoint base   (1)
            Nothing was written (--dry-run).
            """);
    assertThat(topics.replayedQuestions()).isEmpty();

    assertThat(run("--reason", "too_large", "--reason", "MALFORMED")).isZero();
    assertThat(out.toString())
        .startsWith(
            """
            reason     found  replayed  superseded
            MALFORMED      1         1           0
            TOO_LARGE      2         1           1
            all            3         2           1
            """);
    assertThat(topics.replayedQuestions()).containsExactlyInAnyOrder("a1", "b1");

    assertThat(run("--reason", "MALFORMED")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            reason     found  replayed  before
            MALFORMED      1         0       1

            1 replayed before: by an earlier run of this command.
            """);
  }

  @Test
  void nothingThatIsChosenIsSaid() throws Exception {
    topics.refuse(topics.question("a", "a1"), Reason.MALFORMED);
    assertThat(run("--reason", "INVALID")).isZero();
    assertThat(out.toString())
        .isEqualTo("No dead letter of " + topics.kafka().topics().deadLetters() + " is chosen.\n");
  }

  @Test
  void theyAreChosenByTopicIdAndTime() throws Exception {
    OriginalRecord old = topics.question("old", "old");
    Instant yesterday = Instant.now().minus(Duration.ofDays(1));
    topics.letter(new DeadLetter(Reason.INVALID, "No.", old, "", ""), yesterday.toEpochMilli());
    topics.refuse(topics.question("new", "new"), Reason.INVALID);
    topics.letter(
        new DeadLetter(
            Reason.INVALID,
            "No.",
            topics.put(topics.kafka().topics().modelCheckpoints(), 0, null, new byte[] {1}),
            "",
            "base"),
        null);

    assertThat(run("--topic", "model-checkpoints", "--dry-run")).isZero();
    assertThat(out.toString()).contains("INVALID      1          1");
    assertThat(run("--id", "base", "--id", "nobody", "--dry-run")).isZero();
    assertThat(out.toString()).contains("INVALID      1          1");
    assertThat(run("--id", "new", "--dry-run")).isZero();
    assertThat(out.toString()).contains("INVALID      1          1");
    assertThat(run("--since", "2h", "--dry-run")).isZero();
    assertThat(out.toString()).contains("INVALID      2          2");
    assertThat(run("--until", "2h", "--limit", "5")).isZero();
    assertThat(topics.replayedQuestions()).containsExactly("old");
    assertThat(run("--since", yesterday.toString(), "--until", yesterday.plusMillis(1).toString()))
        .isZero();
    assertThat(out.toString()).contains("replayed before");
  }

  @Test
  void aLimitTakesTheOldestFirstAndLeavesTheOthers() throws Exception {
    long hourAgo = Instant.now().minus(Duration.ofHours(1)).toEpochMilli();
    for (int i = 0; i < 5; i++) {
      topics.letter(
          new DeadLetter(Reason.INVALID, "No.", topics.question("q" + i, "v" + i), "", ""),
          hourAgo - i);
    }
    assertThat(run("--limit", "2")).isZero();
    assertThat(topics.replayedQuestions()).containsExactlyInAnyOrder("v3", "v4");
    assertThat(out.toString()).contains("3 left for another run: --limit is reached.");
    assertThat(run()).isZero();
    assertThat(topics.replayedQuestions()).hasSize(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --reason UNUSABLE_ANSWER | ./craft request retry NEW_ID --checkpoint CHECKPOINT_ID
          --reason WRONG | --reason is WRONG; allowed are MALFORMED, INVALID, TOO_LARGE, UNKNOWN_CHECKPOINT, UNSERVABLE_CHECKPOINT.
          --topic instructions | --topic is instructions; dead letters come from
          --since yesterday | --since is yesterday; give how long ago, such as 2h, or a time, such as 20
          --until 2h3x | --until is 2h3x; give how long ago
          --since 5 | --since is 5; give how long ago
          --since 1h --until 2h | give an earlier --since
          --limit 0 | --limit is 0; give at least 1.
          --max-replays 0 | --max-replays is 0; give at least 1.
          """)
  void whatIsWrongOnTheCommandLineIsASentence(String line, String sentence) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(sentence);
  }
}
