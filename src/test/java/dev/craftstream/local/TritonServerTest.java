package dev.craftstream.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.testing.TritonServerExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TritonServerTest {
  @RegisterExtension
  static final TritonServerExtension TRITON = TritonServerExtension.withTestModels();

  @TempDir Path folder;

  @Test
  void leavesNoProcessAndNoSharedMemoryBehindWhenItIsClosed() throws Exception {
    List<Path> before = sharedMemory();
    var server = TritonServer.start(TRITON.ownServer(folder, "craft_echo"));
    List<ProcessHandle> processes = server.process().descendants().toList();

    assertThat(processes).as("a stub for the model").isNotEmpty().allMatch(ProcessHandle::isAlive);
    assertThat(server.logFile()).isNotEmptyFile();
    server.close();

    assertThat(server.process().isAlive()).isFalse();
    assertThat(processes).noneMatch(ProcessHandle::isAlive);
    assertThat(sharedMemory()).isEqualTo(before);
  }

  @Test
  void cleansUpAfterAServerThatWasKilled() throws Exception {
    List<Path> before = sharedMemory();
    var server = TritonServer.start(TRITON.ownServer(folder, "craft_echo"));

    server.process().destroyForcibly();
    server.process().onExit().join();
    server.close();

    assertThat(sharedMemory()).isEqualTo(before);
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
    try (var other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var ports = new TritonServer.Ports(other.getLocalPort(), 0, 0);

      assertThatThrownBy(
              () -> TritonServer.start(TRITON.ownServer(folder, "craft_echo").withPorts(ports)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Port " + other.getLocalPort())
          .hasMessageContaining("is taken");
    }
  }

  private static List<Path> sharedMemory() throws IOException {
    try (var files = Files.list(Path.of("/dev/shm"))) {
      return files.filter(f -> f.getFileName().toString().startsWith("craft-")).sorted().toList();
    }
  }
}
