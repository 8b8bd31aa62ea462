package dev.craftstream.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.testing.CurationScenario;
import dev.craftstream.testing.ShippedFlink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job goes on at another parallelism, with an operator more, as if nothing had happened. */
@Tag("integration")
class RescalingTest {
  private static final Map<String, String> UNALIGNED =
      Map.of("execution.checkpointing.aligned-checkpoint-timeout", "0s");
  private static final InMemoryReporter METRICS = InMemoryReporter.create();
  private static final Map<Integer, Undisturbed> UNDISTURBED = new HashMap<>();

  /** What the scenario's second part brings about, and asks, in a job that goes on and on. */
  private record Undisturbed(Map<String, List<String>> taken, List<String> asks) {}

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(METRICS.addToConfiguration(ShippedFlink.configuration()))
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(3)
              .build());

  @ParameterizedTest
  @CsvSource({"1, 3, 2", "2, 1, 3", "2, 3, 1"})
  void givenAJobWithEverythingUnderWay_whenRestoredAtOtherParallelisms_thenNothingIsLostOrDoubled(
      int first, int second, int third, @InjectMiniCluster MiniCluster flink) throws Exception {
    Undisturbed undisturbed = undisturbed(first, flink);
    try (CurationScenario scenario = new CurationScenario(flink, METRICS, UNALIGNED)) {
      scenario.start(first);
      scenario.begin();
      String savepoint =
          scenario.savepoint(
              Path.of("target/savepoints").toUri().toString(), SavepointFormatType.NATIVE);

      scenario.restore(second, savepoint, true);
      assertThat(scenario.asks()).containsExactlyInAnyOrderElementsOf(CurationScenario.IN_FLIGHT);
      String flinkCheckpoint = scenario.flinkCheckpoint();

      scenario.restore(third, flinkCheckpoint, true);
      assertThat(scenario.asks()).containsExactlyInAnyOrderElementsOf(CurationScenario.IN_FLIGHT);
      assertThat(scenario.takenSince(scenario.finish())).isEqualTo(undisturbed.taken);
      List<String> asks = new ArrayList<>(undisturbed.asks);
      asks.addAll(CurationScenario.IN_FLIGHT);
      assertThat(scenario.asks()).containsExactlyInAnyOrderElementsOf(asks);
      assertThat(scenario.extension())
          .hasSameSizeAs(undisturbed.taken.get("instructions"))
          .contains("\"late 1\"");
    }
  }

  private static Undisturbed undisturbed(int parallelism, MiniCluster flink) throws Exception {
    if (!UNDISTURBED.containsKey(parallelism)) {
      try (CurationScenario scenario = new CurationScenario(flink, METRICS, UNALIGNED)) {
        scenario.start(parallelism);
        scenario.begin();
        int before = scenario.asks().size();
        Map<String, List<String>> taken = scenario.takenSince(scenario.finish());
        List<String> asks = scenario.asks();
        UNDISTURBED.put(parallelism, new Undisturbed(taken, asks.subList(before, asks.size())));
      }
    }
    return UNDISTURBED.get(parallelism);
  }
}
