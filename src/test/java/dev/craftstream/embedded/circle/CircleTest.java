package dev.craftstream.embedded.circle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.craftstream.embedded.CraftHome;
import dev.craftstream.embedded.Leftovers;
import dev.craftstream.embedded.Project;
import dev.craftstream.embedded.trainer.TrainerPython;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole circle in miniature: {@code ./craft circle} with broker, Triton, Flink, job and
 * trainer, and with a language model of two layers that knows nothing. What it babbles holds some
 * gold answers, which are letters, so that it knows, half knows and does not know.
 */
@Tag("integration")
@EnabledIf(
    value = "isTrainerThere",
    disabledReason =
        "PyTorch is not set up: CRAFT_TRAINER_PYTHON names no Python that has docker/trainer/requirements.txt, and there is no .craft/venv-trainer")
class CircleTest {
  private static final Duration PATIENCE = Duration.ofMinutes(20);

  @TempDir Path folder;

  private final List<Process> started = new ArrayList<>();

  static boolean isTrainerThere() {
    return trainersPython().isPresent();
  }

  private static Optional<Path> trainersPython() {
    Path ofTheHome =
        CraftHome.of(System.getenv(), Project.here().root())
            .virtualEnvironment("trainer")
            .resolve("bin/python");
    return Optional.ofNullable(System.getenv(TrainerPython.VARIABLE))
        .filter(name -> !name.isBlank())
        .map(Path::of)
        .or(() -> Optional.of(ofTheHome).filter(Files::isExecutable));
  }

  @AfterEach
  void endWhatWasStarted() {
    started.forEach(Process::destroyForcibly);
    Leftovers.end(folder);
  }

  @Test
  void givenAKillAmidTheFirstTurn_whenItIsStartedAgain_thenItGoesOnToTheEndOfTheSecond()
      throws Exception {
    Path model = tinyModel();
    Path first = questions("first.jsonl", 0, 22);
    Process killed = circle(model, first, 1);
    Path log = folder.resolve("circle-1.log");
    await()
        .atMost(PATIENCE)
        .until(() -> !killed.isAlive() || text(log).contains("Announced turn-1-rehearsal"));
    killed.destroyForcibly().waitFor();
    assertThat(text(log)).contains("Announced turn-1-rehearsal");

    Path second = questions("second.jsonl", 1, 23);
    Process again = circle(model, second, 2);
    assertThat(again.waitFor(PATIENCE.toMinutes(), TimeUnit.MINUTES)).isTrue();

    String told = text(folder.resolve("circle-2.log"));
    assertThat(again.exitValue()).as(told).isZero();
    assertThat(told)
        .contains("1 questions came or changed, 1 went", "Turn 1 of 2", "Turn 2 of 2")
        .contains("turn-1 and what was made of it are retired.")
        .contains("The circle, held-out questions", "Turn 2, CRAFT");
    assertThat(text(log) + told)
        .as("what is announced is not announced again")
        .containsOnlyOnce("Announced turn-1-rehearsal")
        .containsOnlyOnce("Announced turn-1-craft")
        .containsOnlyOnce("Announced turn-2-rehearsal")
        .containsOnlyOnce("Announced turn-2-craft");
    assertThat(told).doesNotContain("FAILED");
    assertThat(text(folder.resolve("work/report.html")))
        .contains("The circle", "Turn 2, open-ended", "ways over the turns");
    assertThat(adapters())
        .as("the first turn's rehearsal is gone, its model goes on")
        .containsExactly("turn-1-craft.gguf", "turn-2-craft.gguf", "turn-2-rehearsal.gguf");
  }

  private Process circle(Path model, Path questions, int turns) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC"));
    command.add("-Dcraft.project=" + Project.here().root());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.craftstream.cli.Craft", "circle", "--turns=" + turns));
    command.addAll(List.of("--base-model", model.toString(), "--questions", questions.toString()));
    command.addAll(List.of("--work-dir", folder.resolve("work").toString()));
    command.addAll(List.of("--web-port=0", "--kafka-port=0"));
    for (String option :
        List.of(
            "query.samples=4",
            "query.max-tokens=12",
            "evaluation.max-tokens=12",
            "rehearsal.open-ended.correctness-from=0.75",
            "rehearsal.open-ended.certainty-from=0",
            "datasets.open-ended.answers=10",
            "datasets.multiple-choice.answers=4")) {
      command.add("-D" + option);
    }
    for (String option : List.of("rehearsal.epochs=1", "rehearsal.batch=4", "tuning.epochs=1")) {
      command.addAll(List.of("-T", option));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("circle-" + turns + ".log").toFile());
    builder.environment().put(TrainerPython.VARIABLE, trainersPython().orElseThrow().toString());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Path tinyModel() throws Exception {
    Path file = folder.resolve("tiny.gguf");
    Path trainer = Project.here().trainer();
    ProcessBuilder builder =
        new ProcessBuilder(
                trainersPython().orElseThrow().toString(),
                trainer.resolve("tests/tiny_gguf.py").toString(),
                file.toString())
            .redirectErrorStream(true);
    builder.environment().put("PYTHONPATH", trainer.toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return file;
  }

  /** Eight of 30 are held out. */
  private Path questions(String name, int from, int to) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      lines.add(i % 4 == 3 ? choice("c" + i, "") : openEnded("t" + i, gold(i), ""));
    }
    for (int i = 0; i < 8; i++) {
      String purpose = ", \"purpose\": \"PURPOSE_EVALUATE\"";
      lines.add(i % 4 == 3 ? choice("h" + i, purpose) : openEnded("h" + i, gold(i), purpose));
    }
    return Files.write(folder.resolve(name), lines);
  }

  /** Nearly always, sometimes and never among a few words of nonsense. */
  private static String gold(int i) {
    return List.of("e", "qu", "platypus").get(i % 3);
  }

  private static String openEnded(String id, String gold, String purpose) {
    return "{\"question_id\": \"%1$s\"%3$s, \"open_ended\": {\"question\": \"What is %1$s?\", \"answer\": \"%2$s\"}}"
        .formatted(id, gold, purpose);
  }

  private static String choice(String id, String purpose) {
    return "{\"question_id\": \"%1$s\"%2$s, \"multiple_choice\": {\"question\": \"Which is %1$s?\", \"options\": [\"this\", \"that\"], \"target\": \"B\"}}"
        .formatted(id, purpose);
  }

  private List<String> adapters() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("work/models/smollm2/1/adapters"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".gguf"))
          .sorted()
          .toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
