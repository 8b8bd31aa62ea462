package dev.craftstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class PythonEnvironmentTest {
  @TempDir Path home;

  private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

  @Test
  void isMadeOnceUntilItsRequirementsChangeOrItBreaks() throws Exception {
    Path included = Files.writeString(home.resolve("included.txt"), "# nothing\n");
    Path requirements = Files.writeString(home.resolve("requirements.txt"), "-r included.txt\n");

    PythonEnvironment environment = prepare(requirements);
    assertThat(environment.python()).isExecutable();
    assertThat(progress).last().asString().matches("Python environment ready in .* s, .* MB: .*");

    progress.clear();
    prepare(requirements);
    assertThat(progress).as("the second run finds it made").isEmpty();

    Files.writeString(included, "# something else\n");
    prepare(requirements);
    assertThat(progress).as("an included file changed").isNotEmpty();

    progress.clear();
    Files.delete(environment.python());
    prepare(requirements);
    assertThat(progress).as("its interpreter is gone").isNotEmpty();
    assertThat(environment.python()).isExecutable();
  }

  @Test
  void isMadeByOneOfTwoThatWantItAtTheSameTime() throws Exception {
    Path requirements = Files.writeString(home.resolve("requirements.txt"), "# nothing\n");

    CompletableFuture<?> first = CompletableFuture.runAsync(() -> prepareUnchecked(requirements));
    CompletableFuture<?> second = CompletableFuture.runAsync(() -> prepareUnchecked(requirements));
    CompletableFuture.allOf(first, second).join();

    assertThat(progress).filteredOn(line -> line.startsWith("Making")).hasSize(1);
  }

  @Test
  void passesOnWhatPipSaid() throws Exception {
    Path requirements = Files.writeString(home.resolve("requirements.txt"), "./no-such-folder\n");

    assertThatThrownBy(() -> prepare(requirements))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("pip could not install")
        .hasMessageContaining("no-such-folder")
        .hasMessageContaining("ERROR");
    assertThatThrownBy(() -> prepare(home.resolve("absent.txt")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not there");
  }

  @Test
  void takesAPythonThatThePackagesAreThereForWhateverPython3Is() throws Exception {
    String absent = home.resolve("absent").toString();
    String newest = python("newest", "echo 3 14 shared /usr/bin/python3.14");
    String older = python("older", "echo 3 11 shared /opt/with blanks/python3.11");
    String alone = python("alone", "echo 3 12 static /usr/bin/python3.12");
    String broken = python("broken", "echo not installed; exit 127");

    assertThat(PythonInterpreter.OF_THE_SERVER.find(List.of(older))).endsWith("blanks/python3.11");
    assertThat(PythonInterpreter.OF_THE_SERVER.find(List.of(newest, absent, broken, alone, older)))
        .isEqualTo("/opt/with blanks/python3.11");
    assertThatThrownBy(() -> PythonInterpreter.OF_THE_SERVER.find(List.of(newest, absent, broken)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(newest + " is Python 3.14 at /usr/bin/python3.14.")
        .hasMessageContaining("Python 3.10, 3.11 and 3.12")
        .hasMessageContaining("as " + newest + ", " + absent + " or " + broken + " on the PATH");
    assertThatThrownBy(() -> PythonInterpreter.OF_THE_SERVER.find(List.of(alone)))
        .hasMessageContaining("lacks its shared library")
        .hasMessageContaining("apt-get install libpython3.12");
    assertThatThrownBy(() -> PythonInterpreter.OF_THE_SERVER.find(List.of(absent, broken)))
        .hasMessageStartingWith("There is no " + absent + " that works.");
  }

  private String python(String name, String line) throws IOException {
    Path script = Files.writeString(home.resolve(name), "#!/bin/sh\n" + line + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script.toString();
  }

  private PythonEnvironment prepare(Path requirements) throws Exception {
    return PythonEnvironment.prepare(
        home.resolve("venv"), requirements, List.of("--no-deps"), progress::add);
  }

  private void prepareUnchecked(Path requirements) {
    try {
      prepare(requirements);
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }
}
