package dev.craftstream.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The broker's main class: formats its storage where there is none, then is Kafka. */
final class KafkaBrokerMain {
  private KafkaBrokerMain() {}

  public static void main(String[] args) throws IOException {
    endWithParent();
    Path properties = Path.of(args[0]);
    if (!Files.exists(properties.resolveSibling("data").resolve("meta.properties"))) {
      int exitCode =
          kafka.tools.StorageTool.execute(
              new String[] {
                "format",
                "--cluster-id",
                org.apache.kafka.common.Uuid.randomUuid().toString(),
                "--config",
                properties.toString()
              },
              System.out);
      if (exitCode != 0) {
        System.exit(exitCode);
      }
    }
    kafka.Kafka.main(args);
  }

  /** Nobody writes to the child's standard input; it ends when the parent does. */
  private static void endWithParent() {
    InputStream input = System.in;
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (input.read() >= 0) {}
              } catch (IOException e) {
                // As good as the end.
              }
              Runtime.getRuntime().halt(1);
            },
            "parent-watcher");
    watcher.setDaemon(true);
    watcher.start();
  }
}
