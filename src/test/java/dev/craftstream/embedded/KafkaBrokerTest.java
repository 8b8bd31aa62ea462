package dev.craftstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class KafkaBrokerTest {

  @TempDir Path folder;

  private static Set<String> topics(KafkaBroker broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return admin.listTopics().names().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void givenAKilledBroker_whenStartedAgain_thenItsDataIsThereUnderTheSameAddress()
      throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder)) {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        admin
            .createTopics(List.of(new NewTopic("kept", 1, (short) 1)))
            .all()
            .get(20, TimeUnit.SECONDS);
      }
      String address = broker.bootstrapServers();
      long pid = broker.pid();
      broker.kill();
      assertThat(broker.isRunning()).isFalse();
      assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive)).isNotEqualTo(true);
      broker.startAgain();
      assertThat(broker.bootstrapServers()).isEqualTo(address);
      assertThat(topics(broker)).contains("kept");
      assertThatIllegalStateException()
          .isThrownBy(broker::startAgain)
          .withMessageContaining("is running");
    }
  }

  @Test
  void givenAPortInUse_whenStarted_thenASentenceNamesIt() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatIllegalStateException()
          .isThrownBy(() -> KafkaBroker.start(folder, taken.getLocalPort(), "unused"))
          .withMessageContaining("Port " + taken.getLocalPort())
          .withMessageContaining("give the Kafka broker another one");
    }
  }

  @Test
  void givenAClassPathWithoutKafka_whenStarted_thenTheLogsLastLinesAreShown() {
    assertThatIllegalStateException()
        .isThrownBy(() -> KafkaBroker.start(folder, 0, folder.toString()))
        .withMessageContaining("ended with exit code 1")
        .withMessageContaining("ClassNotFoundException");
    assertThat(Files.exists(folder.resolve("broker.log"))).isTrue();
  }
}
