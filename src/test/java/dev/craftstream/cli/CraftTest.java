package dev.craftstream.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

@Tag("integration")
class CraftTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @Test
  void aloneItExplainsItself() {
    assertThat(run()).isZero();
    assertThat(out.toString()).contains("demo", "consume", "announce", "Exit codes");
  }

  static Stream<CommandSpec> commands() {
    return Craft.commandLine().getSubcommands().values().stream().flatMap(CraftTest::withInner);
  }

  private static Stream<CommandSpec> withInner(CommandLine command) {
    return Stream.concat(
        Stream.of(command.getCommandSpec()),
        command.getSubcommands().values().stream().flatMap(CraftTest::withInner));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void eachCommandExplainsItselfItsOptionsAndItsExitCodesWithExamples(CommandSpec command) {
    String name = command.qualifiedName();
    assertThat(run((name.substring("./craft ".length()) + " --help").split(" "))).isZero();
    assertThat(out.toString()).contains("Usage: " + name, "Example", "Exit codes:");
    assertThat(String.join("", command.usageMessage().description())).isNotBlank();
    assertThat(command.usageMessage().footer())
        .anyMatch(line -> line.startsWith("  " + name) || line.contains("<(./craft"));
    assertThat(command.args())
        .allSatisfy(
            argument ->
                assertThat(String.join("", argument.description()))
                    .as(argument.paramLabel())
                    .isNotBlank());
    assertThat(command.optionsMap()).containsKeys("--help", "--verbose");
  }

  @Test
  void completionIsAScriptThatBashCompletesWith() throws Exception {
    assertThat(run("completion", "bash")).isZero();
    Path script = Files.writeString(folder.resolve("completion"), out.toString());

    Process bash =
        new ProcessBuilder(
                "bash",
                "-c",
                "source "
                    + script
                    + "; COMP_WORDS=(./craft import tri); COMP_CWORD=2; COMP_LINE='./craft import tri';"
                    + " COMP_POINT=${#COMP_LINE}; _complete_craft 2>/dev/null; echo \"${COMPREPLY[*]}\"")
            .redirectErrorStream(true)
            .start();

    assertThat(new String(bash.getInputStream().readAllBytes(), UTF_8).strip())
        .isEqualTo("triviaqa");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dance | Unmatched argument at index 0: 'dance'",
        "demo --web-port=x | 'x' is not an int",
        "demo --web-port=70000 | --web-port is 70000; give 1 to 65535",
        "demo --kafka-port=-1 | --kafka-port is -1",
        "demo --requests-in-flight=1 | --requests-in-flight is 1; give at least 2",
        "demo --open-ended=-3 | --open-ended is -3; give at least 0",
        "import | Missing required parameter: '[FORMAT] FILE'",
        "import arc | Missing required parameter: 'FILE'",
        "import arc x --field question=q | The format arc and --field are both given",
        "import x --field frage=q | --field frage is no part of a question",
        "import x --field question=q | --field has to name question, and either answer, or options and target",
        "import sqad x | 'sqad' is neither a file nor a format; formats are jsonl, triviaqa,",
        "import arc x --limit=1 --sample=1 | --limit and --sample are both given",
        "import arc x --sample=0 | --sample is 0; give at least 1",
        "export x --format=csv --out=y | expected one of [CHAT, SHAREGPT, ALPACA, PARQUET, COMPLETION, KTO, PREFERENCE]",
        "export x | --out is missing",
        "status --flink=nowhere | --flink is nowhere; give an address",
        "announce m | Missing required options",
        "announce m --role=KING --model=x | expected one of [INITIAL, REHEARSAL, TUNED]",
        "announce m --role=REHEARSAL --model=x | base_checkpoint_id",
        "announce m --role=INITIAL --model=x --contract=VLLM | embedding_model_name",
        "doctor | Missing required option: '--model=NAME'",
        "doctor --model=x --contract=VLLM | embedding_model_name",
        "doctor --model=x --in-flight=8,0 | --in-flight is 0; give 1 to 1000",
        "doctor --model=x --seconds=-1 | --seconds is -1; give 0 to 600",
        "announce m --role=INITIAL --model=x --contract=LLMAPI | embedding_model_name",
        "request king r | Unmatched arguments from index 1: 'king', 'r'",
        "request dataset r --initial=i | Missing required option: '--rehearsal=ID'",
        "request dataset r --initial=i --rehearsal=i | and so is initial_checkpoint_id",
        "request dataset r --initial=i --rehearsal=h --strategy=HOPE | expected one of [VAN_TUNING,",
        "request dataset r --initial=i --rehearsal=h --seed=-1 | '-1' is not a whole number from 0 to",
        "request dataset r --initial=i --rehearsal=h --multiple-choice-refusals=-1 | refusals is -1",
        "request rehearsal-set r --initial=i --open-ended-correctness=2 | correctness is 2.0; 0 to 1",
        "request evaluation r | Missing required option: '--checkpoint=ID'",
        "request retry r --checkpoint=c --question= | retry.question_ids[0] is missing",
        "request go-on r | Missing required option: '--checkpoint=ID'",
        "consume nonsense --bootstrap-servers=localhost:1 | There is no topic nonsense; the job's are",
        "conflicts | Missing required parameter: 'DATASET_ID'",
        "conflicts d --threshold=90 | The threshold 90.0 is no cosine similarity; give -1 to 1",
        "conflicts d --batch=0 | --batch is 0; give at least 1",
        "consume instructions --max=0 | --max is 0; give at least 1"
      })
  void aWrongCommandLineIsASentenceAndExitCode2(String line, String sentence) {
    assertThat(run(line.strip().split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(sentence).contains("Try: ./craft").doesNotContain("\tat ");
  }

  @Test
  @ExtendWith(KafkaBrokerExtension.class)
  void aRequestIsWrittenWithWhatTheOptionsSayAndNoMore(KafkaBroker broker) {
    KafkaSettings kafka = withTopics(broker);
    String where = where(kafka);
    String request =
        "request dataset r --initial=i --rehearsal=h --strategy=craft --open-ended-shortage=short"
            + " --multiple-choice-refusals=3 --seed=18446744073709551615";

    assertThat(run((request + where).split(" "))).isZero();
    assertThat(out.toString())
        .contains("Requested r.", kafka.topics().datasets(), kafka.topics().deadLetters());
    assertThat(run(("consume requests" + where).split(" "))).isZero();
    assertThat(out.toString())
        .contains(
            "r\t{\"request_id\":\"r\",\"dataset\":{\"initial_checkpoint_id\":\"i\",\"rehearsal_checkpoint_id\":\"h\",\"strategy\":\"CRAFT\",\"open_ended\":{\"shortage\":\"SHORTAGE_SHORT\"},\"multiple_choice\":{\"refusals\":3},\"seed\":\"18446744073709551615\"}}");
  }

  private static KafkaSettings withTopics(KafkaBroker broker) {
    KafkaSettings kafka =
        KafkaSettings.builder(broker.bootstrapServers())
            .topicPrefix(KafkaBrokerExtension.freshPrefix())
            .build();
    new TopicAdmin(kafka).prepare();
    return kafka;
  }

  private static String where(KafkaSettings kafka) {
    return " --bootstrap-servers=%s -D kafka.topic-prefix=%s"
        .formatted(kafka.bootstrapServers(), kafka.topics().prefix());
  }

  @Test
  void questionsThatCannotBeUsedAreSentencesBeforeAnythingStarts() throws Exception {
    Path file = Files.writeString(folder.resolve("q.jsonl"), "{}\n");

    assertThat(run("demo", "--questions", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains(file + ":1: question_id is missing");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void questionsThatTheJobWouldNotTakeAreSentencesBeforeAnythingStarts() {
    assertThat(run("demo", "-Dlimits.text=20")).isEqualTo(1);
    assertThat(err.toString()).contains("The questions cannot be used.", "at most 20 are allowed");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  @ExtendWith(KafkaBrokerExtension.class)
  void whatTheJobHasYetToDecideIsSaidToBeWrittenAndNoMore(KafkaBroker broker) {
    KafkaSettings kafka = withTopics(broker);
    String where = where(kafka);

    for (String line :
        List.of("announce m --role=INITIAL --model=x", "retire typo", "remove unknown")) {
      assertThat(run((line + where).split(" "))).as(err.toString()).isZero();
    }

    String why = "If the job can't take it, " + kafka.topics().deadLetters() + " says why.";
    assertThat(out.toString().lines())
        .containsExactly(
            "Written to %s: the announcement of m, as model time 1. %s"
                .formatted(kafka.topics().modelCheckpoints(), why),
            "Written to %s: the retirement of typo, as model time 2. %s"
                .formatted(kafka.topics().modelCheckpoints(), why),
            "Written to %s: the removal of question unknown. %s"
                .formatted(kafka.topics().questions(), why));
  }

  @Test
  void aPortThatIsTakenIsASentence() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());

      int exitCode = run("demo", "--web-port", port, "--work-dir", folder.toString());

      assertThat(exitCode).isEqualTo(1);
      assertThat(err.toString()).doesNotContain("\tat ");
      // Before packaging, the embedding model is missing, which is said first.
      assertThat(err.toString())
          .containsAnyOf("Port " + port + " of 127.0.0.1 is in use", "is missing");
    }
  }

  @Test
  void theOptionsReferenceIsMarkdown() {
    assertThat(run("options")).isZero();
    assertThat(out.toString()).startsWith("# ").contains("tracker.requests-in-flight");
  }

  @Test
  void theCircleSaysWhatIsWrongBeforeAnythingStarts(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("own.jsonl"),
            "{\"question_id\": \"a\", \"open_ended\": {\"question\": \"Who?\", \"answer\": \"I\"}}\n");

    assertThat(run("circle", "--questions", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("No question is held out to evaluate with");
    assertThat(run("circle", "--turns", "0")).isEqualTo(2);
    assertThat(run("circle", "--base-model", "none.gguf")).isEqualTo(1);
    assertThat(err.toString()).contains("none.gguf is no file");
    assertThat(run("circle", "--strategies", "COR_RAIT", "-Ddatasets.strategies=CRAFT"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("The job makes no datasets of COR_RAIT");
  }

  private int run(String... arguments) {
    CommandLine commands = Craft.commandLine();
    commands.setOut(new PrintWriter(out, true));
    commands.setErr(new PrintWriter(err, true));
    return commands.execute(arguments);
  }
}
