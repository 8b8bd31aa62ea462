package dev.craftstream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.CurationJob;
import dev.craftstream.model.Task;
import dev.craftstream.model.dataset.Selection;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.model.knowledge.JudgeModel;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.triton.JudgeSettings;
import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.ParameterException;

class OptionsTest {
  @Test
  void whatIsInEffectIsTheSameHoweverItIsWritten() {
    Map<String, String> defaults = CurationOptions.inEffect(new Configuration());
    assertThat(defaults).containsEntry("tracker.attempts", "5");
    assertThat(
            CurationOptions.inEffect(
                Configuration.fromMap(
                    Map.of(
                        "tracker.attempts", "5",
                        "triton.deadline", "120 s",
                        "kafka.properties.client.rack", "a"))))
        .containsEntry("kafka.properties.client.rack", "a")
        .containsEntry("triton.deadline", defaults.get("triton.deadline"))
        .containsAllEntriesOf(defaults);
    assertThat(CurationOptions.inEffect(Configuration.fromMap(Map.of("tracker.attempts", "7"))))
        .containsEntry("tracker.attempts", "7");
  }

  /** They are taken out again after that start, which is no change. */
  @Test
  void whatIsMeantForOneStartIsNotInEffect() {
    assertThat(CurationOptions.inEffect(Configuration.fromMap(Map.of("start.anew", "true"))))
        .isEqualTo(CurationOptions.inEffect(new Configuration()));
  }

  private static final Path REFERENCE = Path.of("docs/reference/options.md");

  @Test
  void theReferencePageIsMadeOfTheOptions() throws Exception {
    assertThat(Files.readString(REFERENCE))
        .as("write it anew with: ./craft options > " + REFERENCE)
        .isEqualTo(OptionsReference.markdown());
  }

  @Test
  void theShippedFileIsComplete() {
    CurationSettings settings =
        CurationSettings.of(ConfigurationFile.read(Path.of("flink-conf/craft-stream.yaml")));
    assertThat(settings.tracker().requestsInFlight()).isEqualTo(4);
    assertThat(settings.triton().endpoints()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tracker.requests-in-flihgt | 8 | did you mean tracker.requests-in-flight?",
        "dataset.open-ended.answers | 8 | did you mean datasets.open-ended.answers?",
        "limit.text | 8 | There is no option limit.text; did you mean limits.text?",
        "Kafka.topic-prefix | eu- | did you mean kafka.topic-prefix?",
        "traker.requests-in-flihgt | 8 | did you mean tracker.requests-in-flight?",
        "tracker.requests-in-flight | 1 | at least 2",
        "tracker.requests-in-flight | many | tracker.requests-in-flight",
        "relabel.strategy | RANDOM | relabel.strategy",
        "relabel.open-ended.flow-rule | sinks | relabel.open-ended.flow-rule",
        "relabel.multiple-choice.rise-probability-above | 1.1 | set it between 0 and 1",
        "relabel.open-ended.refusal-to | 0.8 | must be below the ANSWER threshold",
        "query.samples | 1 | draw 2 to 1000",
        "evaluation.resamples | 5 | make 100 to",
        "query.open-ended.certainty | OPTION_ENTROPY | choose EMBEDDING_SIMILARITY or",
        "query.open-ended.certainty | SEMANTIC_ENTROPY | set rehearsal.open-ended.certainty-from to 0",
        "query.reasoning.start | <think> | give the end mark",
        "query.reasoning.optional | true | give the end mark",
        "query.reasoning.max-tokens | 100 | query.reasoning.end is not",
        "query.open-ended.correctness | JUDGE | no model is named that judges; set judge.model",
        "judge.model | llama | query.open-ended.correctness is SUBSTRING, by which no model judges",
        "query.multiple-choice.by | GUESS | query.multiple-choice.by",
        "query.multiple-choice.certainty | CHOSEN_OPTION_ENTROPY | choose OPTION_ENTROPY or",
        "query.open-ended.cluster-similarity | 1.5 | above 0 and up to 1",
        "evaluation.wrong-penalty | -1 | give a number from 0 on",
        "datasets.open-ended.sureness-from | 1.1 | set it between 0 and 1",
        "datasets.multiple-choice.sureness-from | -0.5 | set it between 0 and 1",
        "datasets.open-ended.answers | 1000001 | want 0 to 1000000",
        "rehearsal.open-ended.questions | 1000001 | want 0 to 1000000",
        "evaluation.subjects | -1 | evaluation.subjects is -1",
        "evaluation.max-tokens | 0 | allow 1 to 32768",
        "query.shots-file | /no/such/file | /no/such/file",
        "triton.endpoints | nowhere | nowhere",
        "triton.tls.key-file | key.pem | go together",
        "triton.deadline | 106751991167300 d | at most 365 days",
        "kafka.transaction-timeout | 106751991167300 d | too long to be counted",
        "kafka.bootstrap-servers | ' ' | Set kafka.bootstrap-servers",
        "kafka.delivery-guarantee | none | exactly-once and at-least-once",
        "kafka.properties.acks | 0 | acks is the job's own",
        "limits.text | 0 | give at least 1",
        "limits.forbidden-texts | ['a', ' '] | One of the forbidden texts is blank",
        "query.chat-template | LLAMA2 | name one of NONE, CHATML, LLAMA3, GEMMA, MISTRAL, QWEN",
        "query.chat-template | /no/such.jinja | The chat template /no/such.jinja can't be read",
        "query.system-prompt | Be brief. | none without query.chat-template",
        "training.system-prompt | Be brief. | none without training.chat-template",
        "limits.control-tokens | FORBID | limits.control-tokens",
        "triton.max-sample | 0 | allow 1 to 1048576",
        "kafka.transactional-id-prefix | a/b | only this job has",
        "kafka.properties | hunter2 | kafka.properties is no mapping",
        "kafka.properties.ssl.key.password | hunter2 | ssl.key.password holds a secret",
        "training.open-ended.prompt | Answer! | {question}",
      })
  void aMistakeIsASentenceThatNamesTheOption(String key, String value, String sentence) {
    Configuration options = required();
    options.setString(key, value);
    assertThatThrownBy(() -> CurationSettings.of(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence)
        .satisfies(mistake -> assertThat(allMessages(mistake)).doesNotContain("hunter2"));
  }

  @Test
  void whatAJudgeNeedsIsCheckedTogether() {
    Configuration options = required();
    options.setString("query.open-ended.correctness", "JUDGE");
    options.setString("judge.model", "llama");
    options.setString("judge.contract", "VLLM");
    JudgeSettings judge = CurationSettings.of(options).query().judge();
    assertThat(judge.triton().endpoints())
        .isEqualTo(CurationSettings.of(options).triton().endpoints());
    assertThat(judge.serving().shown()).isEqualTo("llama");
    JudgeModel named = judge.named();
    assertThat(CurationSettings.of(options).datasets().training(Strategy.CRAFT, Task.OPEN_ENDED))
        .extracting(Selection::rule, Selection::judge)
        .containsExactly(CorrectnessRule.JUDGE, named);
    assertThat(CurationSettings.of(options).datasets().rehearsal(Task.MULTIPLE_CHOICE).judge())
        .isNull();

    options.setString("judge.endpoints", "a:1;b:2");
    options.setString("judge.deadline", "7 s");
    options.setString("judge.chat-template", "CHATML");
    options.setString("judge.reasoning.end", "</think>");
    judge = CurationSettings.of(options).query().judge();
    assertThat(judge.triton().servers()).isEqualTo("a:1, b:2");
    assertThat(judge.triton().deadline()).hasSeconds(7);
    assertThat(judge.reasoning().maxTokens()).isEqualTo(4096);
    assertThat(judge.named().promptVersion()).startsWith("judge-chat-").endsWith("-thoughts-cut");
    assertThat(judge.named()).isNotEqualTo(named);

    for (String[] mistake :
        new String[][] {
          {"judge.prompt", "Is {answer} right?", "holds {question} 0 times"},
          {"judge.max-tokens", "0", "allow 1 to 32768"},
          {"judge.requests-in-flight", "0", "allow at least 1"},
          {"judge.endpoints", "nowhere", "nowhere"},
          {"judge.deadline", "0 s", "deadline"},
          {"judge.reasoning.max-tokens", "40000", "can't be asked for"},
          {"judge.contract", "HTTP", "judge.contract"},
          {"judge.chat-template", "LLAMA9", "no chat template LLAMA9"},
          {"judge.modell", "x", "did you mean judge.model"},
        }) {
      Configuration wrong = new Configuration(options);
      wrong.setString(mistake[0], mistake[1]);
      assertThatThrownBy(() -> CurationSettings.of(wrong))
          .as(mistake[0])
          .hasMessageContaining("judge")
          .hasMessageContaining(mistake[2]);
    }
  }

  @Test
  void whatThoughtsNeedIsCheckedTogether() {
    Configuration options = required();
    options.setString("query.reasoning.start", "<think>");
    options.setString("query.reasoning.end", "</think>");
    options.setString("query.multiple-choice.by", "SAMPLES");
    CurationSettings settings = CurationSettings.of(options);
    assertThat(settings.query().reasoning().thoughts().answer("<think>a</think>b")).isEqualTo("b");
    assertThat(settings.query().reasoning().maxTokens()).isEqualTo(4096);
    assertThat(settings.datasetTexts().knowledge().version(Task.MULTIPLE_CHOICE))
        .endsWith("-sampled-thoughts-cut");

    options.setString("query.multiple-choice.certainty", "OPTION_ENTROPY");
    assertThatThrownBy(() -> CurationSettings.of(options))
        .hasMessageContaining("query.multiple-choice.certainty is about the probabilities");
    options.removeConfig(QueryOptions.QUERY_MULTIPLE_CHOICE_CERTAINTY);
    options.setString("evaluation.max-tokens", "30000");
    assertThatThrownBy(() -> CurationSettings.of(options))
        .hasMessageContaining("evaluation.*: An answer of up to 30000 tokens behind thoughts");
    options.setString("query.reasoning.max-tokens", "0");
    assertThatThrownBy(() -> CurationSettings.of(options))
        .hasMessageContaining("allow at least 1 token");
  }

  @Test
  void aChatTemplateIsInThePromptsAndItsControlTokensAreRefused() {
    Configuration options = required();
    options.setString("query.chat-template", "chatml");
    options.setString("training.chat-template", "MISTRAL");
    options.setString("training.system-prompt", "Be brief.");
    CurationSettings settings = CurationSettings.of(options);
    assertThat(settings.query().prompt().isChat()).isTrue();
    assertThat(settings.query().prompt().systemPrompt()).isEmpty();
    assertThat(settings.trainingPrompt().systemPrompt()).isEqualTo("Be brief.");
    assertThat(settings.evaluation().prompt()).isEqualTo(settings.trainingPrompt());
    assertThat(settings.limits().controlTokens()).contains("<|im_end|>", "[/INST]");
    options.setString("limits.control-tokens", "ALLOW");
    assertThat(CurationSettings.of(options).limits().controlTokens()).isEmpty();
    assertThat(CurationSettings.of(required()).limits().controlTokens()).isEmpty();
  }

  @Test
  void aTemplateOfAFileTakesTheDayAndFurtherValues(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("chat_template.jinja"),
            "{{ strftime_now('%d %b %Y') }} {{ messages[-1].content }}{{ '!' if loud is true }}");
    Configuration options = required();
    options.setString("training.chat-template", file.toString());
    assertThatThrownBy(() -> CurationSettings.of(options))
        .hasMessageContaining("Set chat-template.date to the day");
    options.setString("chat-template.date", "today");
    assertThatThrownBy(() -> CurationSettings.of(options))
        .hasMessageContaining("chat-template.date is today; write a day as 2026-01-31");
    options.setString("chat-template.date", "2026-01-31");
    options.setString("chat-template.values.loud", "true");
    assertThat(CurationSettings.of(options).trainingPrompt().frame().around("Who?"))
        .isEqualTo("31 Jan 2026 Who?!");
  }

  @Test
  void noOptionOfFlinkIsTakenForAMistake() throws Exception {
    Set<String> keys = new TreeSet<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String name = Path.of(part).getFileName().toString();
      if (name.startsWith("flink-") && name.endsWith(".jar")) {
        keys.addAll(keysOf(Path.of(part)));
      }
    }
    assertThat(keys)
        .hasSizeGreaterThan(500)
        .contains("traces.reporters", "pipeline.max-parallelism");

    Configuration options = new Configuration();
    keys.forEach(key -> options.setString(key, "x"));
    assertThatCode(() -> OptionsReference.rejectUnknown(options)).doesNotThrowAnyException();
  }

  private static Set<String> keysOf(Path jar) throws Exception {
    Set<String> keys = new TreeSet<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (String name : file.stream().map(JarEntry::getName).toList()) {
        if (name.startsWith("org/apache/flink/") && name.endsWith("Options.class")) {
          Class<?> options =
              Class.forName(
                  name.substring(0, name.length() - 6).replace('/', '.'),
                  false,
                  OptionsTest.class.getClassLoader());
          for (Field field : fields(options)) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
              field.setAccessible(true);
              keys.add(((ConfigOption<?>) field.get(null)).key());
            }
          }
        }
      }
    }
    return keys;
  }

  /** None of a class that needs what is not here. */
  private static List<Field> fields(Class<?> options) {
    try {
      return List.of(options.getDeclaredFields());
    } catch (LinkageError e) {
      return List.of();
    }
  }

  /** Flink takes a main method that returns for a success. */
  @Test
  void theJobsMainMethodThrowsMistakes() {
    assertThatThrownBy(CurationJob::main)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Set kafka.bootstrap-servers");
    assertThatThrownBy(() -> CurationJob.main("--confg", "x"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("--confg");
  }

  @Test
  void aStopTextThatVanishesIsAMistake() {
    Configuration options = required();
    options.setString("query.stop", "\n");
    assertThatThrownBy(() -> CurationSettings.of(options)).hasMessageContaining("holds no text");
    options.setString("query.stop", "[]");
    assertThat(CurationSettings.of(options).query().stop()).isEmpty();
    options.setString("evaluation.stop", " ");
    assertThatThrownBy(() -> CurationSettings.of(options))
        .hasMessageContaining("evaluation.stop is given, but holds no text");
  }

  @Test
  void theMainClassThrowsWhatIsWrong() {
    assertThatThrownBy(() -> CurationJob.main())
        .hasMessageContaining("Set kafka.bootstrap-servers to");
    assertThatThrownBy(() -> CurationJob.main("--nonsense")).hasMessageContaining("--nonsense");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatThrownBy(() -> CurationSettings.of(new Configuration()))
        .hasMessageContaining("Set kafka.bootstrap-servers to");
  }

  @Test
  void aFileMayHoldListsNestedKeysAndOddTexts(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("job.yaml");
    Files.writeString(
        file,
        """
        kafka:
          bootstrap-servers: b:9092
          properties:
            security.protocol: SASL_SSL
        triton.endpoints: [a:8001, b:8001]
        query:
          stop: ["\\n", "a;b", "it's"]
        """);
    CurationSettings settings = CurationSettings.of(ConfigurationFile.read(file));
    assertThat(settings.kafka().clientProperties())
        .isEqualTo(Map.of("security.protocol", "SASL_SSL"));
    assertThat(settings.triton().endpoints()).hasSize(2);
    assertThat(settings.query().stop()).containsExactly("\n", "a;b", "it's");
  }

  @Test
  void aFileThatIsNoYamlIsASentence(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("job.yaml");
    Files.writeString(file, "kafka: [");
    assertThatThrownBy(() -> ConfigurationFile.read(file)).hasMessageContaining("is not YAML");
    assertThatThrownBy(() -> ConfigurationFile.read(folder.resolve("absent.yaml")))
        .hasMessageContaining("cannot be read");
  }

  @Test
  void aFileThatIsNoYamlIsNotQuoted_andOneThatIsTooDeepOrHoldsItselfIsRefused(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("job.yaml");
    Files.writeString(file, "kafka:\n  password: hunter2\n bad: [\n");
    assertThatThrownBy(() -> ConfigurationFile.read(file))
        .hasMessageContaining("is not YAML in line 3")
        .satisfies(mistake -> assertThat(allMessages(mistake)).doesNotContain("hunter2"));
    Files.writeString(file, "[".repeat(100_000));
    assertThatThrownBy(() -> ConfigurationFile.read(file)).hasMessageContaining("nested more than");
    for (String yaml : List.of("kafka: &itself\n  b: *itself\n", "a: &itself [1, [*itself]]\n")) {
      Files.writeString(file, yaml);
      assertThatThrownBy(() -> ConfigurationFile.read(file))
          .hasMessageContaining("*itself stands within what it names");
    }
    Files.writeString(file, "a: &both {b: 1}\nc: *both\n");
    assertThat(ConfigurationFile.read(file).toMap()).containsKeys("a.b", "c.b");
  }

  private static String allMessages(Throwable failure) {
    StringBuilder messages = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      messages.append(cause);
    }
    return messages.toString();
  }

  private static Configuration required() {
    return Configuration.fromMap(
        Map.of("kafka.bootstrap-servers", "b:9092", "triton.endpoints", "t:8001"));
  }
}
