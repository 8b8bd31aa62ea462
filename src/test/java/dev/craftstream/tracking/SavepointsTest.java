package dev.craftstream.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.craftstream.survey.Surveys;
import dev.craftstream.testing.CurationScenario;
import dev.craftstream.testing.ShippedFlink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Savepoints of this and of earlier versions are restored. They lie in {@code
 * src/test/resources/savepoints}, a folder each, by number:
 *
 * <ul>
 *   <li>{@code savepoint.gz}: the savepoint's one file, in Flink's canonical format, taken in the
 *       middle of {@link CurationScenario}
 *   <li>{@code state.json}: what lay in it, as the version that took it read it
 * </ul>
 *
 * <p>When {@link #givenThisVersion_whenItSavesItsState_thenTheNewestCommittedSavepointHoldsTheSame}
 * fails, the state has another shape than it had. Take a savepoint of it with {@code mvn test
 * -Dtest=SavepointsTest -Dsavepoints.add=2}, the next number, and commit that folder. A folder that
 * is part of a release is never written again.
 */
@Tag("integration")
class SavepointsTest {
  private static final Path FOLDER = Path.of("src/test/resources/savepoints");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final InMemoryReporter METRICS = InMemoryReporter.create();

  /**
   * Fields that hold nothing in any aligned snapshot: what a barrier leaves behind it has arrived
   * in the next stage, so that no cut-off is seen to wait for its candidates. Nor in one of so few
   * questions: no survey is in the middle of anything, and no ranks have to be put out. No question
   * of the scenario has failed so far: {@code StateTypesTest} writes and reads one that has, and
   * one that a judge model judged. Its model costs nothing.
   */
  private static final Set<String> NEVER_SET =
      Set.of(
          "abandoned",
          "attempts",
          "full",
          "generatedTokens",
          "judge",
          "passed",
          "promised",
          "promptTokens",
          "requests",
          "requestsWithTokens",
          "retried",
          "tied");

  /**
   * States that hold nothing then, since no survey is in the middle of anything, and the model
   * costs nothing.
   */
  private static final Set<String> NEVER_FILLED =
      Set.of(
          "knowledge-tracker/" + Surveys.PROMISED,
          "knowledge-tracker/ceilings-allowed-again",
          "knowledge-tracker/checkpoint-costs",
          "evaluations/abandoned",
          "evaluations/counted",
          "evaluations/tasks",
          "evaluations/largest-subjects",
          "manifests/progress");

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(METRICS.addToConfiguration(ShippedFlink.configuration()))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(3)
              .build());

  static List<Path> committed() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      return folders
          .sorted(Comparator.comparingInt(f -> Integer.parseInt(f.getFileName().toString())))
          .toList();
    }
  }

  // ---------------------------------------------------------------- every field of every state

  @Test
  void givenThisVersion_whenItSavesItsState_thenTheNewestCommittedSavepointHoldsTheSame(
      @InjectMiniCluster MiniCluster flink) throws Exception {
    String number = System.getProperty("savepoints.add");
    Path target = Path.of("target/savepoints").toAbsolutePath();
    String path;
    try (CurationScenario scenario = scenario(flink)) {
      scenario.start(2);
      scenario.begin();
      path = scenario.savepoint(target.toUri().toString(), SavepointFormatType.CANONICAL);
    }
    SortedMap<String, List<String>> state = SavedState.read(path);
    if (number != null) {
      commit(FOLDER.resolve(number), Path.of(URI.create(path)), state);
    }
    Path newest = newest();
    assertThat(SavedState.names(path)).isEqualTo(SavedState.names(unpacked(newest)));
    assertThat(fields(trees(state)).keySet()).isEqualTo(fields(pinned(newest)).keySet());
  }

  @Test
  void theNewestSavepointHoldsSomethingInEachFieldOfEachState() throws Exception {
    Path newest = newest();
    Map<String, List<JsonNode>> state = pinned(newest);
    SortedSet<String> states = SavedState.names(unpacked(newest));
    states.removeIf(name -> name.contains("/_timer_state/"));
    states.removeAll(NEVER_FILLED);
    assertThat(state.keySet()).isEqualTo(states);
    Map<String, Boolean> isSet = new TreeMap<>();
    // A field of a type is lost in all states or in none.
    fields(state)
        .forEach(
            (path, set) -> isSet.merge(path.replaceAll(".*[./]", ""), set, Boolean::logicalOr));
    isSet.values().removeIf(set -> set);
    assertThat(isSet.keySet()).isEqualTo(NEVER_SET);
  }

  @ParameterizedTest
  @MethodSource("committed")
  void givenASavepoint_whenReadWithTheTypesOfThisVersion_thenNoFieldIsLost(Path folder)
      throws Exception {
    Map<String, List<JsonNode>> before = pinned(folder);
    Map<String, List<JsonNode>> now = trees(SavedState.read(unpacked(folder)));
    before.forEach(
        (name, values) -> {
          assertThat(now.getOrDefault(name, List.of())).as(name).hasSameSizeAs(values);
          for (JsonNode value : values) {
            assertThat(now.get(name)).as(name).anyMatch(read -> holds(read, value));
          }
        });
  }

  /** Whether {@code now} is {@code before}; it may have more fields. */
  private static boolean holds(JsonNode now, JsonNode before) {
    if (before.isObject()) {
      for (Map.Entry<String, JsonNode> field : before.properties()) {
        if (!now.has(field.getKey()) || !holds(now.get(field.getKey()), field.getValue())) {
          return false;
        }
      }
      return true;
    }
    if (before.isArray()) {
      boolean same = now.size() == before.size();
      for (int i = 0; same && i < before.size(); i++) {
        same = holds(now.get(i), before.get(i));
      }
      return same;
    }
    return now.equals(before);
  }

  // ---------------------------------------------------------------- and goes on

  @ParameterizedTest
  @MethodSource("committed")
  void givenASavepoint_whenTheJobGoesOnFromIt_thenAllIsAsWithoutTheUpgrade(
      Path folder, @InjectMiniCluster MiniCluster flink) throws Exception {
    Map<String, List<String>> undisturbed;
    List<String> asked;
    try (CurationScenario scenario = scenario(flink)) {
      scenario.start(2);
      scenario.begin();
      int before = scenario.asks().size();
      undisturbed = scenario.takenSince(scenario.finish());
      asked = new ArrayList<>(scenario.asks().subList(before, scenario.asks().size()));
    }
    assertThat(undisturbed.values()).allSatisfy(records -> assertThat(records).isNotEmpty());
    asked.addAll(CurationScenario.IN_FLIGHT);
    for (int parallelism : List.of(1, 2, 3)) {
      try (CurationScenario scenario = scenario(flink)) {
        scenario.restore(parallelism, unpacked(folder), parallelism == 3);
        assertThat(scenario.asks())
            .as("nothing is asked again, at parallelism %s", parallelism)
            .containsExactlyInAnyOrderElementsOf(CurationScenario.IN_FLIGHT);
        Map<String, List<String>> restored = scenario.takenSince(scenario.finish());
        assertThat(restored).as("parallelism %s", parallelism).isEqualTo(undisturbed);
        assertThat(scenario.asks()).containsExactlyInAnyOrderElementsOf(asked);
      }
    }
  }

  // ---------------------------------------------------------------- small parts

  private static CurationScenario scenario(MiniCluster flink) {
    return new CurationScenario(flink, METRICS, Map.of());
  }

  private static Path newest() throws IOException {
    return committed().get(committed().size() - 1);
  }

  private static void commit(Path folder, Path savepoint, SortedMap<String, List<String>> state)
      throws IOException {
    try (Stream<Path> files = Files.list(savepoint)) {
      assertThat(files).containsExactly(savepoint.resolve("_metadata"));
    }
    Files.createDirectories(folder);
    try (OutputStream packed =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("savepoint.gz")))) {
      Files.copy(savepoint.resolve("_metadata"), packed);
    }
    StringJoiner states = new StringJoiner(",\n", "{\n", "\n}\n");
    state.forEach(
        (name, values) ->
            states.add("\"" + name + "\": [\n  " + String.join(",\n  ", values) + "\n]"));
    Files.writeString(folder.resolve("state.json"), states.toString());
  }

  /** The path of a committed savepoint, as Flink reads it. */
  private static String unpacked(Path folder) throws IOException {
    Path savepoint =
        Files.createDirectories(
            Path.of("target/savepoints/committed").resolve(folder.getFileName()).toAbsolutePath());
    try (InputStream packed =
        new GZIPInputStream(Files.newInputStream(folder.resolve("savepoint.gz")))) {
      Files.copy(packed, savepoint.resolve("_metadata"), StandardCopyOption.REPLACE_EXISTING);
    }
    return savepoint.toString();
  }

  private static Map<String, List<JsonNode>> pinned(Path folder) throws IOException {
    Map<String, List<JsonNode>> state = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry :
        JSON.readTree(folder.resolve("state.json").toFile()).properties()) {
      List<JsonNode> values = new ArrayList<>();
      entry.getValue().forEach(values::add);
      state.put(entry.getKey(), values);
    }
    return state;
  }

  private static Map<String, List<JsonNode>> trees(Map<String, List<String>> state)
      throws IOException {
    Map<String, List<JsonNode>> trees = new TreeMap<>();
    for (Map.Entry<String, List<String>> entry : state.entrySet()) {
      List<JsonNode> values = new ArrayList<>();
      for (String value : entry.getValue()) {
        values.add(JSON.readTree(value));
      }
      trees.put(entry.getKey(), values);
    }
    return trees;
  }

  /** Each field of each state, and whether there is a value of it that is not the default. */
  private static Map<String, Boolean> fields(Map<String, List<JsonNode>> state) {
    Map<String, Boolean> fields = new TreeMap<>();
    state.forEach((name, values) -> values.forEach(value -> collect(name, value, fields)));
    return fields;
  }

  private static void collect(String path, JsonNode value, Map<String, Boolean> fields) {
    boolean isDefault =
        value.isNull()
            || (value.isContainerNode() && value.isEmpty())
            || (value.isTextual() && value.textValue().isEmpty())
            || (value.isNumber() && value.doubleValue() == 0)
            || (value.isBoolean() && !value.booleanValue());
    fields.merge(path, !isDefault, Boolean::logicalOr);
    if (value.isObject()) {
      for (Iterator<Map.Entry<String, JsonNode>> all = value.fields(); all.hasNext(); ) {
        Map.Entry<String, JsonNode> field = all.next();
        collect(path + "." + field.getKey(), field.getValue(), fields);
      }
    }
    if (value.isArray()) {
      value.forEach(element -> collect(path + "[]", element, fields));
    }
  }
}
