package dev.craftstream.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.cli.Craft;
import dev.craftstream.embedded.Project;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailureSentenceTest {

  static Stream<Arguments> whatAnOperatorCanMend() {
    return Stream.of(
        Arguments.of(unresolvable(), "No resolvable bootstrap urls", "--bootstrap-servers"),
        Arguments.of(new TimeoutException("expired"), "did not answer in time", "brokers run"),
        Arguments.of(new SaslAuthenticationException("bad"), "(bad)", "kafka.properties"),
        Arguments.of(new TopicAuthorizationException("no"), "does not allow it", "permission"),
        Arguments.of(new AccessDeniedException("q.jsonl"), "q.jsonl may not be read", "rights"),
        Arguments.of(new NoSuchFileException("q.jsonl"), "There is no q.jsonl", "name"),
        Arguments.of(new FileAlreadyExistsException("out"), "out is there", "no folder"),
        Arguments.of(
            new UncheckedIOException(new FileSystemException("out", null, "No space left")),
            "out can't be read or written (No space left)",
            "room on its disk"),
        Arguments.of(
            new FileSystemException(
                Project.here().home().path().resolve("logs").toString(), null, "Read-only"),
            "(Read-only)",
            "CRAFT_HOME names another one"),
        Arguments.of(
            new OutOfMemoryError("heap"), "too little memory", "CRAFT_JAVA_OPTIONS=-Xmx4g"),
        Arguments.of(
            new IllegalStateException(
                "A worker died.", new ExecutionException(new OutOfMemoryError())),
            "too little memory",
            "CRAFT_JAVA_OPTIONS"),
        Arguments.of(new IOException("The file is wrong."), "The file is wrong.", ""));
  }

  @ParameterizedTest
  @MethodSource("whatAnOperatorCanMend")
  void saysWhatItIsAndWhatToDo(Throwable failure, String what, String toDo) {
    assertThat(FailureSentence.of(failure)).contains(what, toDo).doesNotContain("report it");
  }

  @Test
  void whatNobodyForesawIsToBeReported() {
    assertThat(FailureSentence.of(new NullPointerException("x")))
        .startsWith("It failed in a way that should not happen")
        .contains("--verbose");
    assertThat(FailureSentence.of(new IllegalStateException("This is wrong.")))
        .isEqualTo("This is wrong.");
  }

  @Command(name = "hungry")
  private static final class Hungry implements Runnable {
    @Override
    public void run() {
      throw new OutOfMemoryError("Java heap space");
    }
  }

  @Test
  void tooLittleMemoryIsAFailureLikeOthers() {
    CommandLine commands = Craft.commandLine();
    commands.addSubcommand(new Hungry());
    StringWriter err = new StringWriter();
    commands.setErr(new PrintWriter(err, true));

    assertThat(Craft.run(commands, "hungry")).isEqualTo(1);
    assertThat(err.toString()).startsWith("craft: Java has too little memory");
  }

  /** As Kafka's client itself says it. */
  private static KafkaException unresolvable() {
    try {
      new KafkaConsumer<>(
              Map.of("bootstrap.servers", "no-such-host.invalid:9092"),
              new ByteArrayDeserializer(),
              new ByteArrayDeserializer())
          .close();
      throw new AssertionError("the host was found");
    } catch (KafkaException e) {
      return e;
    }
  }
}
