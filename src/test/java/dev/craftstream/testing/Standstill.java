package dev.craftstream.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Processes that stand still, as where a machine is frozen. */
public final class Standstill {
  private Standstill() {}

  /**
   * Stops a process; returns when none of its threads runs any more. The signal alone is no more
   * than a wish: a thread that is just running goes on for a while, and may answer.
   */
  public static void begin(long pid) throws IOException, InterruptedException {
    signal("STOP", pid);
    while (!standsStill(pid)) {
      Thread.onSpinWait();
    }
  }

  /** Has it go on. */
  public static void end(long pid) throws IOException, InterruptedException {
    signal("CONT", pid);
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    if (status != 0) {
      throw new IOException("SIG" + name + " did not reach process " + pid + ".");
    }
  }

  private static boolean standsStill(long pid) throws IOException {
    List<Path> threads;
    try (Stream<Path> found = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      threads = found.toList();
    }
    for (Path thread : threads) {
      String stat;
      try {
        stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
      } catch (NoSuchFileException ended) {
        return false;
      }
      // The state stands behind the name, which may hold anything.
      if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
        return false;
      }
    }
    return true;
  }
}
