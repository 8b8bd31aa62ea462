package dev.craftstream.topics.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PromptlyCommittingSourceTest {
  private final List<String> calls = new ArrayList<>();
  private final PromptlyCommittingSource.Reader<String> reader =
      new PromptlyCommittingSource.Reader<>(recording());

  private static KafkaPartitionSplit split(int partition) {
    return new KafkaPartitionSplit(new TopicPartition("questions", partition), 0);
  }

  @SuppressWarnings("unchecked")
  private SourceReader<String, KafkaPartitionSplit> recording() {
    return (SourceReader<String, KafkaPartitionSplit>)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {SourceReader.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName() + Arrays.toString(arguments));
              return null;
            });
  }

  @Test
  void givenPartitions_whenAFlinkCheckpointIsComplete_thenItsOffsetsGoBeforeTheWaking()
      throws Exception {
    reader.addSplits(List.of(split(0)));
    reader.addSplits(List.of(split(3)));
    calls.clear();

    reader.notifyCheckpointComplete(7);

    assertThat(calls)
        .containsExactly(
            "notifyCheckpointComplete[7]", "pauseOrResumeSplits[[], [questions-0, questions-3]]");
  }

  @Test
  void givenNoPartition_whenAFlinkCheckpointIsComplete_thenNobodyIsWoken() throws Exception {
    reader.notifyCheckpointComplete(7);

    assertThat(calls).containsExactly("notifyCheckpointComplete[7]");
  }

  @Test
  void givenAnythingElse_whenCalled_thenTheConnectorsReaderGetsIt() throws Exception {
    reader.start();
    reader.isAvailable();
    reader.pollNext(null);
    reader.snapshotState(3);
    reader.notifyCheckpointAborted(4);
    reader.notifyNoMoreSplits();
    reader.handleSourceEvents(null);
    reader.pauseOrResumeSplits(List.of("a"), List.of("b"));
    reader.close();

    assertThat(calls)
        .containsExactly(
            "startnull",
            "isAvailablenull",
            "pollNext[null]",
            "snapshotState[3]",
            "notifyCheckpointAborted[4]",
            "notifyNoMoreSplitsnull",
            "handleSourceEvents[null]",
            "pauseOrResumeSplits[[a], [b]]",
            "closenull");
  }
}
