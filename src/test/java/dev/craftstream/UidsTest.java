package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.config.SampleOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

/**
 * By its uids, and with its number of key groups, a job finds its state in the savepoints of
 * earlier versions. An operator may be added here; one that is renamed or taken away loses state.
 * Committers have theirs from Flink.
 */
class UidsTest {
  private static final List<String> UIDS =
      List.of(
          "Sink Committer: dataset-manifests",
          "Sink Committer: datasets",
          "Sink Committer: dead-letters",
          "Sink Committer: evaluation-records",
          "Sink Committer: instructions",
          "Sink Committer: knowledge",
          "Sink Committer: rehearsal-sets",
          "checkpoint-admission",
          "cut-offs",
          "dataset-manifests",
          "dataset-members",
          "datasets",
          "dead-letters",
          "evaluation-records",
          "evaluations",
          "instructions",
          "knowledge",
          "knowledge-tracker",
          "manifests",
          "model-checkpoints",
          "parse-model-checkpoints",
          "parse-questions",
          "parse-requests",
          "questions",
          "rehearsal-sets",
          "relabeler",
          "requests",
          "survey-planner",
          "unusable-answers");

  @Test
  void everyOperatorHasTheUidThatItAlwaysHad() {
    Set<String> uids = new TreeSet<>();
    for (StreamNode node : job(shipped()).getStreamNodes()) {
      assertThat(node.getTransformationUID()).as(node.getOperatorName()).isNotNull();
      uids.add(node.getTransformationUID());
    }
    assertThat(uids).containsExactlyElementsOf(UIDS);
  }

  @Test
  void givenSamplesAreWanted_whenTheJobIsDefined_thenItHasTheirOperatorsBesides() {
    Configuration options = ConfigurationFile.read(Path.of("flink-conf/craft-stream.yaml"));
    options.set(SampleOptions.SAMPLES_ENABLED, true);
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(shipped());
    CurationJob.define(env, CurationSettings.of(options));
    Set<String> uids = new TreeSet<>();
    env.getStreamGraph().getStreamNodes().forEach(node -> uids.add(node.getTransformationUID()));
    Set<String> besides = new TreeSet<>(uids);
    UIDS.forEach(besides::remove);
    assertThat(uids).containsAll(UIDS);
    assertThat(besides).containsExactly("Sink Committer: samples", "sample-records", "samples");
  }

  @Test
  void thereAre1440KeyGroups_alsoWhereFlinkIsNotConfiguredSo() {
    Configuration bare = new Configuration();
    bare.setString("execution.checkpointing.interval", "10s");
    for (Configuration flink : List.of(shipped(), bare)) {
      StreamGraph job = job(flink);
      for (StreamNode node : job.getStreamNodes()) {
        assertThat(node.getMaxParallelism()).as(node.getOperatorName()).isIn(-1, 1440);
      }
      assertThat(job.getJobConfiguration().get(PipelineOptions.MAX_PARALLELISM)).isEqualTo(1440);
    }
  }

  private static Configuration shipped() {
    return ConfigurationFile.read(Path.of("flink-conf/config.yaml"));
  }

  private static StreamGraph job(Configuration flink) {
    Configuration options = ConfigurationFile.read(Path.of("flink-conf/craft-stream.yaml"));
    StreamExecutionEnvironment env = new StreamExecutionEnvironment(flink);
    CurationJob.define(env, CurationSettings.of(options));
    return env.getStreamGraph();
  }
}
