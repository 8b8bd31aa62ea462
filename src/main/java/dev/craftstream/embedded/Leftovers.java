package dev.craftstream.embedded;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Processes of a run that was killed. The broker and the trainer end by themselves; a model server
 * does not, and would keep its memory.
 */
public final class Leftovers {
  private static final List<String> PROGRAMS =
      List.of("tritonserver", "triton_python_backend_stub", "craft_trainer");

  private Leftovers() {}

  /**
   * Ends those that work in a folder, which has to be taken by this run.
   *
   * @return how many there were
   */
  public static int end(Path folder) {
    // With the slash behind it, so that "circle" is not taken for "circle-2".
    String within = folder.toAbsolutePath().normalize() + "/";
    List<ProcessHandle> found =
        ProcessHandle.allProcesses().filter(process -> worksIn(process, within)).toList();
    found.forEach(ProcessHandle::destroyForcibly);
    found.forEach(
        process -> process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join());
    return found.size();
  }

  private static boolean worksIn(ProcessHandle process, String folder) {
    String[] arguments = process.info().arguments().orElse(new String[0]);
    String program = process.info().command().orElse("");
    return Stream.of(arguments).anyMatch(argument -> argument.contains(folder))
        && Stream.concat(Stream.of(program), Stream.of(arguments))
            .anyMatch(word -> PROGRAMS.stream().anyMatch(word::endsWith));
  }
}
