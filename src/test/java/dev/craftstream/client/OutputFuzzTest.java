package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.craftstream.client.exchange.CollectedDataset;
import dev.craftstream.client.report.HtmlReport;
import dev.craftstream.client.report.RunData;
import dev.craftstream.client.report.SummaryText;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever lies in the job's output topics, in either format: the commands tell it, or say which
 * record it is and what is wrong with it.
 */
@Timeout(20)
class OutputFuzzTest {
  private static final List<Question> QUESTIONS =
      List.of(question("q", Task.OPEN_ENDED), question("m", Task.MULTIPLE_CHOICE));

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"question_id\":\"q\"",
    "\"question_version\":",
    "\"checkpoint_id\":\"a\"",
    "\"checkpoint_id\":\"b\"",
    "\"correctness\":",
    "\"certainty\":",
    "\"seed\":",
    "\"Infinity\"",
    "1e300",
    "1e999999999"
  })
  void knowledge(byte[] value) {
    check(Topics::knowledge, "q", value);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"question_id\":\"m\"",
    "\"label\":\"LABEL_DROPPED\"",
    "\"task\":",
    "\"stage\":\"STAGE_FINAL\"",
    "\"basis\":{",
    "\"initial_checkpoint_id\":\"a\"",
    "\"rehearsal_checkpoint_id\":\"b\"",
    "\"drop_reason\":",
    "\"initial_seed\":",
    "\\ud800",
    "null"
  })
  void instructions(byte[] value) {
    check(Topics::instructions, "q", value);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"reason\":\"REASON_UNUSABLE_ANSWER\"",
    "\"explanation\":",
    "\"topic\":\"model-checkpoints\"",
    "\"offset\":",
    "\"original_value\":\"AA==\"",
    "\"question_id\":\"q\"",
    "\"checkpoint_id\":\"a\""
  })
  void deadLetters(byte[] value) {
    check(Topics::deadLetters, "q", value);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"dataset_id\":\"d\"",
    "\"mark\":\"MARK_BASE\"",
    "\"label\":\"LABEL_REFUSAL\"",
    "\"initial_certainty\":",
    "\"knowledge_flow\":",
    "\"selection_seed\":",
    "\"copies\":",
    "1e999999999"
  })
  void datasets(byte[] value) {
    check(Topics::datasets, "d\nq", value);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"dataset_id\":\"d\"",
    "\"kind\":\"DATASET_KIND_REHEARSAL\"",
    "\"task\":\"TASK_MULTIPLE_CHOICE\"",
    "\"strategy\":\"CRAFT\"",
    "\"complete\":true",
    "\"failure\":",
    "\"answer\":{",
    "\"refusal\":{",
    "\"questions\":",
    "\"candidates\":",
    "\"cut_off_certainty\":",
    "\"9223372036854775807\""
  })
  void datasetManifests(byte[] value) {
    check(Topics::datasetManifests, "d", value);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "\"checkpoint_id\":\"a\"",
    "\"role\":\"ROLE_TUNED\"",
    "\"task\":",
    "\"subject\":\"\"",
    "\"correct_share\":{",
    "\"truthful_helpfulness\":{",
    "\"value\":",
    "\"low\":",
    "\"confidence\":",
    "\"NaN\"",
    "\"-9223372036854775808\""
  })
  void evaluations(byte[] value) {
    check(Topics::evaluations, "a\nTASK_OPEN_ENDED\n", value);
  }

  private static Question question(String id, Task task) {
    boolean choice = task == Task.MULTIPLE_CHOICE;
    return new Question(
        id,
        task,
        Purpose.TRAIN,
        "Who?",
        choice ? "A" : "He",
        List.of(),
        choice ? List.of("He", "She") : List.of(),
        "",
        List.of());
  }

  private static void check(Function<Topics, String> topic, String key, byte[] value) {
    for (WireFormat format : WireFormat.values()) {
      KafkaSettings settings = KafkaSettings.builder("b:9092").format(format).build();
      ConsumerRecord<byte[], byte[]> entry =
          new ConsumerRecord<>(topic.apply(settings.topics()), 2, 6, key.getBytes(UTF_8), value);
      String shown =
          new OutputRecords(format).json(settings.topics(), entry.topic(), entry.value());
      assertThat(shown).isNotNull();
      tellOrRefuse(entry, () -> status(settings, entry));
      tellOrRefuse(entry, () -> new ReportReader(settings, RecordLimits.DEFAULT, 10).add(entry));
      tellOrRefuse(entry, () -> report(settings, entry));
      tellOrRefuse(entry, () -> dataset(settings, entry));
    }
  }

  private static void tellOrRefuse(ConsumerRecord<byte[], byte[]> entry, Runnable reading) {
    try {
      reading.run();
    } catch (UnreadableRecordException e) {
      assertThat(e)
          .message()
          .startsWith(
              "The record at offset 6 of partition 2 of the topic " + entry.topic() + " can't be")
          .endsWith(".")
          .doesNotContain("JSON: null", "PROTOBUF: null", "\n")
          .hasSizeLessThan(600);
    }
  }

  private static void status(KafkaSettings settings, ConsumerRecord<byte[], byte[]> entry) {
    StatusReader reader = new StatusReader(settings, RecordLimits.DEFAULT);
    reader.add(entry);
    assertThat(reader.status(List.of()).toString()).isNotBlank();
  }

  private static void report(KafkaSettings settings, ConsumerRecord<byte[], byte[]> entry) {
    RunLedger ledger = new RunLedger(QUESTIONS);
    new RecordDispatcher(settings, RecordLimits.DEFAULT).dispatch(entry, ledger);
    assertThat(ledger.missingRecords()).isNotNegative();
    for (String rehearsalId : List.of("", "b")) {
      RunData data =
          RunData.builder()
              .questions(ledger.curated("a", rehearsalId), QUESTIONS.size())
              .datasets(ledger.chosen("a", rehearsalId, List.of(Strategy.values())))
              .evaluations(ledger.evaluations())
              .failures(ledger.failures())
              .build();
      assertThat(HtmlReport.of(data)).endsWith("</html>\n");
      assertThat(SummaryText.of(data)).isNotBlank();
    }
  }

  private static void dataset(KafkaSettings settings, ConsumerRecord<byte[], byte[]> entry) {
    CollectedDataset dataset = new CollectedDataset("d");
    new DatasetTopics(settings).add(entry, dataset);
    assertThat(dataset.isMixed() && !dataset.isComplete()).isFalse();
    assertThat(dataset.present()).hasSizeLessThan(2);
  }
}
