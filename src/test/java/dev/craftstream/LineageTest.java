package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.config.ConfigurationFile;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.config.SampleOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageGraph;
import org.junit.jupiter.api.Test;

/** What Flink's listeners are told of the job: the topics that it reads and writes. */
class LineageTest {
  private final Configuration options =
      ConfigurationFile.read(Path.of("flink-conf/craft-stream.yaml"));

  @Test
  void listenersSeeEveryTopicThatTheJobReadsAndWrites() {
    options.set(SampleOptions.SAMPLES_ENABLED, true);

    LineageGraph lineage = lineage();

    assertThat(lineage.sources())
        .flatExtracting(vertex -> vertex.datasets())
        .extracting(LineageDataset::name)
        .containsExactlyInAnyOrder("questions", "model-checkpoints", "requests");
    assertThat(lineage.sinks())
        .flatExtracting(vertex -> vertex.datasets())
        .extracting(LineageDataset::name)
        .containsExactlyInAnyOrder(
            "instructions",
            "knowledge",
            "samples",
            "datasets",
            "rehearsal-sets",
            "dataset-manifests",
            "evaluations",
            "dead-letters");
    assertThat(datasets(lineage))
        .extracting(LineageDataset::namespace)
        .containsOnly("kafka://" + bootstrapServers());
    assertThat(lineage.relations()).isNotEmpty();
  }

  @Test
  void noSecretIsAmongWhatListenersSee() {
    options.setString("kafka.properties.sasl.jaas.config", "${env:KAFKA_LOGIN}");

    assertThat(datasets(lineage()))
        .allSatisfy(
            dataset ->
                assertThat(dataset.facets().values())
                    .filteredOn(KafkaDatasetFacet.class::isInstance)
                    .singleElement()
                    .satisfies(
                        facet ->
                            assertThat(((KafkaDatasetFacet) facet).getProperties())
                                .containsEntry("sasl.jaas.config", "${env:KAFKA_LOGIN}")));
  }

  private LineageGraph lineage() {
    StreamExecutionEnvironment env =
        new StreamExecutionEnvironment(ConfigurationFile.read(Path.of("flink-conf/config.yaml")));
    CurationJob.define(env, CurationSettings.of(options));
    return env.getStreamGraph().getLineageGraph();
  }

  private static List<LineageDataset> datasets(LineageGraph lineage) {
    return Stream.concat(
            lineage.sources().stream().map(source -> source.datasets()),
            lineage.sinks().stream().map(sink -> sink.datasets()))
        .flatMap(List::stream)
        .toList();
  }

  private String bootstrapServers() {
    return CurationSettings.of(options).kafka().bootstrapServers();
  }
}
