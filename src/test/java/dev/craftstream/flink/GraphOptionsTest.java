package dev.craftstream.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GraphOptionsTest {
  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(
                  new Configuration()
                      .set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofMillis(200)))
              .build());

  @Test
  void givenOtherOptionsThanTheGraphWasBuiltWith_thenEachIsTold() throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(
            new Configuration().set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 3));
    env.setParallelism(1);
    Map<String, String> first =
        GraphOptions.of(
            env,
            Map.of(
                "tracker.requests-in-flight", "4",
                "tracker.attempts", "5",
                "kafka.format", "json"));
    GraphOptions.store(env, first);
    env.addSource(new Endless()).map(new Reporting()).print();
    JobClient job = env.executeAsync();
    try {
      Map<String, String> running = GraphOptions.awaitOptions(job);
      assertThat(GraphOptions.differences(running, first)).isEmpty();
      StreamExecutionEnvironment changed =
          StreamExecutionEnvironment.getExecutionEnvironment(
              new Configuration().set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 7));
      changed.setParallelism(1);
      Map<String, String> now =
          GraphOptions.of(
              changed,
              Map.of(
                  "tracker.requests-in-flight", "16",
                  "kafka.format", "json",
                  "triton.deadline", "1 min"));
      assertThat(GraphOptions.differences(running, now))
          .containsExactly(
              "execution.checkpointing.tolerable-failed-checkpoints is 3, given is 7",
              "tracker.attempts is 5, given is not set",
              "tracker.requests-in-flight is 4, given is 16",
              "triton.deadline is not set, given is 1 min");
    } finally {
      job.cancel().get();
    }
  }

  @Test
  void whatMayHoldASecretIsNotInTheGraph() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    assertThat(
            GraphOptions.of(
                env,
                Map.of(
                    "kafka.properties.sasl.jaas.config", "a",
                    "kafka.properties.ssl.keystore.key", "b",
                    "kafka.properties.client.rack", "c",
                    "triton.token.file", "d")))
        .containsEntry("kafka.properties.client.rack", "c")
        .doesNotContainValue("a")
        .doesNotContainValue("b")
        .doesNotContainValue("d");
  }

  @Test
  void givenAGraphThatDoesNotTellItsOptions_thenNothingIsSaid() {
    assertThat(GraphOptions.differences(Map.of(), Map.of("kafka.format", "json"))).isEmpty();
  }

  private static final class Endless implements SourceFunction<Long> {
    private static final long serialVersionUID = 1L;

    private volatile boolean cancelled;

    @Override
    public void run(SourceContext<Long> context) throws InterruptedException {
      while (!cancelled) {
        Thread.sleep(50);
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  private static final class Reporting extends RichMapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void open(OpenContext context) {
      GraphOptions.report(getRuntimeContext());
    }

    @Override
    public Long map(Long value) {
      return value;
    }
  }
}
