package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.testing.CurationScenario;
import dev.craftstream.testing.InMemoryCuration;
import dev.craftstream.testing.Savepoints;
import dev.craftstream.testing.ScriptedModel;
import dev.craftstream.testing.ShippedFlink;
import dev.craftstream.tracking.SavedState;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.management.ObjectName;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job that has met a thousand model checkpoints, datasets of each and a request of each third,
 * has no more state, objects or bytes in a savepoint than one that has met a few.
 */
@Tag("integration")
class ForgettingTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int FEW_TURNS = 5;
  private static final int ALL_TURNS = 334;
  private static final int TRAINED_ON = 30;
  private static final int HELD_OUT = 6;

  /** Rows of a class histogram: {@code 12: 345 67890 class.Name (module)}. */
  private static final Pattern CLASS =
      Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(dev\\.craftstream\\.\\S+).*");

  @RegisterExtension static final MiniClusterExtension FLINK = ShippedFlink.cluster(4);

  @TempDir Path folder;

  @Test
  void givenAThousandModelCheckpoints_whenTheyAreRetired_thenNothingOfThemStays(
      @InjectMiniCluster MiniCluster flink) throws Exception {
    Map<String, String> options = new HashMap<>(CurationScenario.OPTIONS);
    options.put("datasets.live-for", "1 ms");
    try (ScriptedModel model = new ScriptedModel();
        InMemoryCuration curation = new InMemoryCuration(options, model)) {
      JobID job = curation.start(2).getJobID();
      IntStream.range(0, TRAINED_ON).forEach(i -> curation.ask(question("q" + i, Purpose.TRAIN)));
      IntStream.range(0, HELD_OUT).forEach(i -> curation.ask(question("e" + i, Purpose.EVALUATE)));
      await().atMost(PATIENCE).until(curation::hasReadAll);
      // Its barriers overtake no question, and announcements follow it.
      await().atMost(PATIENCE).ignoreExceptions().until(() -> savepoint(flink, job) != null);

      IntStream.rangeClosed(1, FEW_TURNS).forEach(number -> turn(curation, number));
      SortedMap<String, Integer> state = settled(flink, job, null);
      long bytes = Savepoints.size(savepoint(flink, job));
      SortedMap<String, Integer> objects = objects();

      IntStream.rangeClosed(FEW_TURNS + 1, ALL_TURNS).forEach(number -> turn(curation, number));
      assertThat(settled(flink, job, state)).as("entries of state").isEqualTo(state);
      assertThat((double) Savepoints.size(savepoint(flink, job)))
          .as("bytes of a savepoint")
          .isBetween(0.8 * bytes, 1.2 * bytes);
      // The jobs that read the savepoints ended in this JVM, which may hold some of theirs a while.
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(more(objects(), objects))
                      .as("objects on the heap beyond those after %s turns", FEW_TURNS)
                      .allSatisfy(
                          (type, number) -> assertThat(number).as(type).isLessThan(ALL_TURNS / 2)));
    }
  }

  /**
   * Three model checkpoints come and go, the datasets of two are made, and another is asked for.
   */
  private static void turn(InMemoryCuration curation, int number) {
    String initial = "initial-" + number;
    int manifests = curation.taken("manifests").size();
    int evaluations = curation.taken("evaluations").size();
    curation.announce(initial, Role.INITIAL, "");
    curation.announce("rehearsal-" + number, Role.REHEARSAL, initial);
    curation.announce("tuned-" + number, Role.TUNED, initial);
    awaitOutput(curation, "manifests", manifests + 6);
    awaitOutput(curation, "evaluations", evaluations + 2 * (1 + HELD_OUT));
    curation.request(
        new Request(
            "again-" + number,
            Request.Kind.DATASET,
            initial,
            "rehearsal-" + number,
            Strategy.CRAFT,
            List.of(),
            null,
            InMemoryCuration.original("requests")));
    awaitOutput(curation, "manifests", manifests + 8);
    curation.retire(initial);
  }

  private static void awaitOutput(InMemoryCuration curation, String output, int records) {
    await(output)
        .pollInterval(Duration.ofMillis(5))
        .atMost(PATIENCE)
        .until(() -> curation.taken(output).size(), greaterThanOrEqualTo(records));
  }

  /**
   * Entries by state, once there are no more than {@code expected}, or none of datasets: what is
   * over goes in slices, and what a question knows of a retired checkpoint at its next turn.
   */
  private SortedMap<String, Integer> settled(
      MiniCluster flink, JobID job, SortedMap<String, Integer> expected) {
    SortedMap<String, Integer> entries = new TreeMap<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              entries.clear();
              SavedState.read(savepoint(flink, job).toString())
                  .forEach((name, values) -> entries.put(name, values.size()));
              return expected == null
                  ? !entries.containsKey("dataset-members/memberships")
                      && !entries.containsKey("dataset-members/known-cut-offs")
                      && !entries.containsKey("survey-planner/met-requests")
                  : entries.equals(expected);
            });
    return entries;
  }

  private Path savepoint(MiniCluster flink, JobID job) throws Exception {
    return Savepoints.take(flink, job, folder);
  }

  /** Live objects of this project's classes, by class. */
  private static SortedMap<String, Integer> objects() throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    SortedMap<String, Integer> objects = new TreeMap<>();
    for (String line : histogram.lines().toList()) {
      Matcher row = CLASS.matcher(line);
      if (row.matches()) {
        objects.put(row.group(2), Integer.parseInt(row.group(1)));
      }
    }
    return objects;
  }

  private static SortedMap<String, Integer> more(
      SortedMap<String, Integer> now, SortedMap<String, Integer> before) {
    SortedMap<String, Integer> more = new TreeMap<>();
    now.forEach((type, number) -> more.put(type, number - before.getOrDefault(type, 0)));
    return more;
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
        "subject of " + id,
        List.of());
  }
}
