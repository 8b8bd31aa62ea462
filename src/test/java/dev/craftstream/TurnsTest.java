package dev.craftstream;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.testing.CurationScenario;
import dev.craftstream.testing.InMemoryCuration;
import dev.craftstream.testing.Savepoints;
import dev.craftstream.testing.ScriptedModel;
import dev.craftstream.testing.ShippedFlink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The job over several turns of the circle: each begins with the model that the last one made. */
@Tag("integration")
class TurnsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int TRAINED_ON = 200;
  private static final int HELD_OUT = 40;
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(2);

  @TempDir Path folder;

  @Test
  void givenThreeTurns_whenEachBeginsWithTheModelBefore_thenLabelsFollowAndNothingIsAskedTwice(
      @InjectMiniCluster MiniCluster flink) throws Exception {
    try (ScriptedModel model = new ScriptedModel();
        InMemoryCuration curation = new InMemoryCuration(CurationScenario.OPTIONS, model)) {
      JobID job = curation.start(2).getJobID();
      IntStream.range(0, TRAINED_ON).forEach(i -> curation.ask(question("q" + i, Purpose.TRAIN)));
      IntStream.range(0, HELD_OUT).forEach(i -> curation.ask(question("e" + i, Purpose.EVALUATE)));

      passThrough(flink, job, curation);
      turn(curation, 1);
      long afterOne = stateSize(flink, job);
      curation.ask(question("added", Purpose.TRAIN));
      curation.remove("q3");
      passThrough(flink, job, curation);
      turn(curation, 2);
      curation.retire("initial-1");
      turn(curation, 3);
      curation.retire("initial-2");
      // What a retired model checkpoint held of a question goes when the question has its turn.
      curation.announce("initial-4", Role.INITIAL, "");
      await().atMost(PATIENCE).until(() -> isEvaluated(curation, "initial-4"));
      curation.retire("initial-4");
      curation.announce("initial-5", Role.INITIAL, "");
      await().atMost(PATIENCE).until(() -> isEvaluated(curation, "initial-5"));
      curation.retire("initial-5");

      asksAreRight(model.asks());
      labelsAreRight(curation.taken("instructions"));
      assertThat(manifestsOf(curation, "initial-3")).as("datasets of the third turn").hasSize(6);
      assertThat((double) stateSize(flink, job))
          .as("bytes of state, as after one turn")
          .isBetween(0.7 * afterOne, 1.25 * afterOne);
    }
  }

  /** Waits until all questions are known; a savepoint's barriers overtake none. */
  private void passThrough(MiniCluster flink, JobID job, InMemoryCuration curation)
      throws Exception {
    await().atMost(PATIENCE).until(curation::hasReadAll);
    await().atMost(PATIENCE).ignoreExceptions().until(() -> stateSize(flink, job) > 0);
  }

  /** Once around, as the trainer and whoever announces would. */
  private static void turn(InMemoryCuration curation, int number) {
    String initial = "initial-" + number;
    curation.announce(initial, Role.INITIAL, "");
    await()
        .atMost(PATIENCE)
        .until(() -> manifestsOf(curation, initial).size() == 2 && isEvaluated(curation, initial));
    curation.announce("rehearsal-" + number, Role.REHEARSAL, initial);
    await().atMost(PATIENCE).until(() -> manifestsOf(curation, initial).size() == 6);
    curation.announce("tuned-" + number, Role.TUNED, initial);
    await().atMost(PATIENCE).until(() -> isEvaluated(curation, "tuned-" + number));
  }

  private static void asksAreRight(List<String> asks) {
    assertThat(asks).doesNotHaveDuplicates();
    Map<String, Long> byCheckpoint =
        asks.stream().collect(groupingBy(ask -> ask.substring(ask.indexOf('@') + 1), counting()));
    long trainedOn = TRAINED_ON;
    assertThat(byCheckpoint)
        .as("the added question is asked of the first turn's models, too, which are live")
        .containsEntry("initial-1", trainedOn + HELD_OUT + 1)
        .containsEntry("rehearsal-1", trainedOn + 1)
        .as("one came and one went")
        .containsEntry("initial-2", trainedOn + HELD_OUT)
        .containsEntry("rehearsal-2", trainedOn)
        .containsEntry("initial-3", trainedOn + HELD_OUT)
        .containsEntry("rehearsal-3", trainedOn)
        .containsEntry("tuned-1", (long) HELD_OUT)
        .containsEntry("tuned-2", (long) HELD_OUT)
        .containsEntry("tuned-3", (long) HELD_OUT);
    assertThat(asks).contains("added@initial-2").doesNotContain("q3@initial-2", "q3@initial-3");
  }

  /** Of each question, the decision after each turn. */
  private static void labelsAreRight(List<String> instructions) throws IOException {
    Map<String, List<JsonNode>> byQuestion = new HashMap<>();
    for (String instruction : instructions) {
      JsonNode node = JSON.readTree(instruction);
      byQuestion
          .computeIfAbsent(node.get("questionId").textValue(), id -> new ArrayList<>())
          .add(node);
    }
    int flipped = 0;
    for (int i = 0; i < TRAINED_ON; i++) {
      List<JsonNode> all = byQuestion.get("q" + i);
      assertThat(all)
          .extracting(instruction -> instruction.get("revision").intValue())
          .as("revisions of q%d", i)
          .containsExactlyElementsOf(IntStream.rangeClosed(1, all.size()).boxed().toList());
      if (i != 3) {
        assertThat(pairs(all))
            .as("what q%d's decisions rest on", i)
            .containsExactly(
                "initial-1",
                "initial-1 rehearsal-1",
                "initial-2 rehearsal-2",
                "initial-3 rehearsal-3");
        flipped +=
            all.get(1)
                    .path("decision")
                    .get("label")
                    .equals(all.get(2).path("decision").get("label"))
                ? 0
                : 1;
      }
    }
    assertThat(flipped).as("labels that the second turn changed").isGreaterThan(TRAINED_ON / 10);
    assertThat(pairs(byQuestion.get("added"))).endsWith("initial-3 rehearsal-3");
    List<JsonNode> removed = byQuestion.get("q3");
    assertThat(removed.get(removed.size() - 1).path("decision").isNull())
        .as("the removed question's last instruction is a tombstone")
        .isTrue();
  }

  private static List<String> pairs(List<JsonNode> instructions) {
    return instructions.stream()
        .map(
            instruction -> {
              JsonNode decision = instruction.path("decision");
              String rehearsal = decision.at("/rehearsal/checkpoint/id").asText();
              return (decision.at("/initial/checkpoint/id").asText() + " " + rehearsal).strip();
            })
        .toList();
  }

  private static List<String> manifestsOf(InMemoryCuration curation, String initial) {
    return curation.taken("manifests").stream()
        .filter(manifest -> manifest.contains("\"id\":\"" + initial + "\""))
        .toList();
  }

  private static boolean isEvaluated(InMemoryCuration curation, String checkpoint) {
    return curation.taken("evaluations").stream()
        .anyMatch(evaluation -> evaluation.contains("\"" + checkpoint + "\""));
  }

  private long stateSize(MiniCluster flink, JobID job) throws Exception {
    return Savepoints.size(Savepoints.take(flink, job, folder));
  }

  private static Question question(String id, Purpose purpose) {
    return new Question(
        id,
        Task.OPEN_ENDED,
        purpose,
        "Who or what is number " + id + "?",
        "gold",
        List.of(),
        List.of(),
        "",
        List.of());
  }
}
