package dev.craftstream.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.TrainingPrompt;
import dev.craftstream.triton.client.Endpoint;
import dev.craftstream.triton.client.TritonSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TritonSettingsTest {

  @Test
  void namesServersByHostAndPort() {
    assertThat(Endpoint.parseList("triton:8001, 10.0.0.7:9,[::1]:8001"))
        .containsExactly(
            new Endpoint("triton", 8001), new Endpoint("10.0.0.7", 9), new Endpoint("::1", 8001));
    assertThat(new Endpoint("::1", 8001)).hasToString("[::1]:8001");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "triton",
        "triton:",
        ":8001",
        "triton:x",
        "triton:0",
        "triton:65536",
        "::1:8001",
        "http://triton:8001",
        "a b:1",
        "triton:-1",
        "triton:8001,"
      })
  void refusesWhatNamesNoServer(String text) {
    assertThatThrownBy(() -> Endpoint.parseList(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .endsWith(".");
  }

  @Test
  void canBeSentToTheMachinesThatAsk() throws Exception {
    var factory =
        new TritonKnowledgeQuery.Factory(
            TritonSettings.to("a:1", "b:2").build(),
            QuerySettings.standard(),
            EvaluationSettings.standard());

    var bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(factory);
    Object read = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

    assertThat(read).isEqualTo(factory);
  }

  @Test
  void refusesSettingsThatCanNotWork() {
    assertRefused(() -> TritonSettings.to().build(), "name at least one");
    assertRefused(() -> TritonSettings.to("a:1", "a:1").build(), "named twice");
    assertRefused(() -> server().deadline(Duration.ZERO).build(), "deadline is 0 ms");
    assertRefused(
        () -> server().keepAlive(Duration.ofSeconds(9), Duration.ofSeconds(1)).build(),
        "at least 10 s");
    assertRefused(
        () -> server().retryBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)).build(),
        "longer than its maximum");
    assertRefused(() -> server().maxMessageBytes(100).build(), "100 bytes");
    assertRefused(() -> new TritonSettings.Tls(true, "", "cert.pem", ""), "go together");
    assertRefused(() -> new TritonSettings.Tls(false, "ca.pem", "", ""), "TLS is off");
    assertRefused(() -> new TritonSettings.Token("x:y", "A", ""), "can't be the token's header");
    assertRefused(() -> new TritonSettings.Token("x", "A", "f"), "name one of them");
  }

  @Test
  void refusesQueriesThatCanNotWork() {
    KnowledgePrompt prompt = KnowledgePrompt.standard();
    assertRefused(
        () -> QuerySettings.builder().samples(1).stop(List.of()).prompt(prompt).build(),
        "draw 2 to 1000");
    assertRefused(
        () -> QuerySettings.builder().temperature(0).stop(List.of()).prompt(prompt).build(),
        "temperature is 0.0");
    assertRefused(
        () ->
            QuerySettings.builder().temperature(Double.NaN).stop(List.of()).prompt(prompt).build(),
        "NaN");
    assertRefused(
        () -> QuerySettings.builder().maxTokens(0).stop(List.of()).prompt(prompt).build(),
        "allow 1 to 32768");
    assertRefused(
        () -> QuerySettings.builder().stop(List.of("")).prompt(prompt).build(), "empty text");
    TrainingPrompt training = TrainingPrompt.standard();
    assertRefused(() -> new EvaluationSettings(0, List.of(), training), "allow 1 to 32768");
    assertRefused(() -> new EvaluationSettings(50, List.of(""), training), "empty text");
  }

  private static TritonSettings.Builder server() {
    return TritonSettings.to("triton:8001");
  }

  private static void assertRefused(ThrowingCallable call, String part) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(part)
        .message()
        .endsWith(".");
  }
}
