package dev.craftstream.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which Pythons an environment can be made of.
 *
 * @param user who runs in it, for messages
 * @param minors the minor versions of Python 3 that its packages are there for
 * @param sharedLibrary whether it has to have its shared library
 */
public record PythonInterpreter(String user, List<Integer> minors, boolean sharedLibrary) {
  /** NumPy below 2 ends with 3.12, and Triton's Python backend loads the library. */
  public static final PythonInterpreter OF_THE_SERVER =
      new PythonInterpreter("The model server", List.of(10, 11, 12), true);

  /** NumPy 2.4 begins with 3.11. */
  public static final PythonInterpreter OF_THE_TRAINER =
      new PythonInterpreter("The trainer", List.of(11, 12, 13), false);

  /** The library lies where serve.py and the loader look. */
  private static final String PROBE =
      """
      import ctypes, os, sys, sysconfig

      def loads(library):
          try:
              return bool(ctypes.CDLL(library))
          except OSError:
              return False

      major, minor = sys.version_info[:2]
      library = f"libpython{major}.{minor}.so.1.0"
      folder = sysconfig.get_config_var("LIBDIR") or ""
      shared = loads(library) or loads(os.path.join(folder, library))
      print(major, minor, "shared" if shared else "static", sys.executable)
      """;

  public PythonInterpreter {
    minors = minors.stream().sorted(Comparator.reverseOrder()).toList();
  }

  /**
   * One that is installed.
   *
   * @throws IOException with a sentence that says what is there instead and what to install
   */
  String find() throws IOException, InterruptedException {
    List<String> commands = new ArrayList<>(List.of("python3"));
    minors.forEach(minor -> commands.add("python3." + minor));
    return find(commands);
  }

  /** The first of these commands that will do. */
  String find(List<String> commands) throws IOException, InterruptedException {
    List<String> unfit = new ArrayList<>();
    for (String command : commands) {
      String[] words = describe(command);
      if (words.length != 4 || !words[0].equals("3")) {
        continue;
      }
      int minor = Integer.parseInt(words[1]);
      if (!minors.contains(minor)) {
        unfit.add("%s is Python 3.%d at %s.".formatted(command, minor, words[3]));
      } else if (words[2].equals("shared") || !sharedLibrary) {
        return words[3];
      } else {
        unfit.add(
            "%s at %s lacks its shared library (Debian, Ubuntu: apt-get install libpython3.%d)."
                .formatted(command, words[3], minor));
      }
    }
    throw new IOException(
        (unfit.isEmpty()
                ? "There is no " + commands.get(0) + " that works."
                : String.join(" ", unfit))
            + advice(commands));
  }

  private String advice(List<String> commands) {
    List<String> versions = minors.stream().sorted().map(minor -> "3." + minor).toList();
    int newest = minors.get(0);
    return " %s runs with Python %s and %s: have one of them, with its venv module%s, as %s or %s on the PATH"
            .formatted(
                user,
                String.join(", ", versions.subList(0, versions.size() - 1)),
                versions.get(versions.size() - 1),
                sharedLibrary ? " and shared library" : "",
                commands.stream().limit(commands.size() - 1L).collect(Collectors.joining(", ")),
                commands.get(commands.size() - 1))
        + " (Ubuntu 24.04: apt-get install python3.12-venv%s; where the distribution has newer ones only: uv python install 3.%d)."
            .formatted(sharedLibrary ? " libpython3.12" : "", newest);
  }

  /**
   * Major and minor version, whether a shared library is there, and the executable; anything else
   * where it does not work.
   */
  private static String[] describe(String command) throws IOException, InterruptedException {
    Process process;
    try {
      process = PythonEnvironment.start(List.of(command, "-c", PROBE));
    } catch (IOException e) {
      return new String[0];
    }
    String answer;
    try (BufferedReader output = process.inputReader(UTF_8)) {
      answer = output.readLine();
    }
    return process.waitFor() != 0 || answer == null ? new String[0] : answer.split(" ", 4);
  }
}
