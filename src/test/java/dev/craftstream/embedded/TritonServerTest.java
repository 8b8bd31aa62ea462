package dev.craftstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.testing.Standstill;
import dev.craftstream.testing.TritonServerExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class TritonServerTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @TempDir Path folder;

  @Test
  void leavesNoProcessAndNoSharedMemoryBehindWhenItIsClosed() throws Exception {
    var server = TritonServer.start(TRITON.ownServer(folder, "craft_echo"));

    assertThat(server.models()).hasSize(1);
    assertThat(server.sharedMemory()).isNotEmpty();
    assertThat(server.logFile()).isNotEmptyFile();
    server.close();

    assertThat(server.process().isAlive()).isFalse();
    assertThat(server.models()).isEmpty();
    assertThat(server.sharedMemory()).isEmpty();
  }

  @Test
  void cleansUpAfterAServerThatCrashed() throws Exception {
    var server = TritonServer.start(TRITON.ownServer(folder, "craft_echo"));
    // A model that stands still does not notice that its server is gone.
    ProcessHandle model = server.models().get(0);
    Standstill.begin(model.pid());

    server.kill();

    // The system keeps a process that has ended until its parent, or what took it over, knows.
    assertThat(model.onExit()).succeedsWithin(Duration.ofMinutes(1));
    assertThat(server.sharedMemory()).isEmpty();
  }

  @Test
  void saysWithTheEndOfTheLogWhyItDidNotStart() {
    assertThatThrownBy(() -> TritonServer.start(TRITON.ownServer(folder, "no_such_model")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Triton ended with status")
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("no_such_model");
  }

  @Test
  void saysWhichPortIsTaken() throws Exception {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var ports = new TritonServer.Ports(other.getLocalPort(), 0, 0);

      assertThatThrownBy(
              () -> TritonServer.start(TRITON.ownServer(folder, "craft_echo").withPorts(ports)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Port " + other.getLocalPort())
          .hasMessageContaining("is taken");
    }
  }
}
