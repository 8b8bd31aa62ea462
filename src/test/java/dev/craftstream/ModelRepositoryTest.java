package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.testing.TritonServerExtension;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs the Python tests of the model repository, {@code docker/triton/tests}. */
@Tag("integration")
class ModelRepositoryTest {

  @Test
  void itsPythonTestsPass() throws Exception {
    String python = TritonServerExtension.python().python().toString();
    Process tests =
        new ProcessBuilder(python, "-B", "-m", "unittest", "discover", "docker/triton/tests")
            .redirectErrorStream(true)
            .start();

    String output = new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(tests.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(tests.exitValue()).as(output).isZero();
    assertThat(output).containsPattern("Ran [1-9]\\d* tests");
  }
}
