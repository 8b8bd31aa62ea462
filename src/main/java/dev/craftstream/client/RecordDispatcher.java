package dev.craftstream.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.ModelCheckpointParser;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.RecordParser;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Parses the records of the job's topics and hands each to a {@link RecordHandler}. Input records
 * are parsed as the job parses them; what becomes a dead letter there is left out. An output record
 * that can't be read is an {@link UnreadableRecordException}.
 */
public final class RecordDispatcher {
  private final Topics topics;
  private final OutputRecords outputs;
  private final QuestionParser questions;
  private final ModelCheckpointParser checkpoints;

  /**
   * @param limits the job's own, for its input
   */
  public RecordDispatcher(KafkaSettings settings, RecordLimits limits) {
    topics = settings.topics();
    outputs = new OutputRecords(settings.format());
    questions = new QuestionParser(settings.format(), limits);
    checkpoints = new ModelCheckpointParser(settings.format(), limits);
  }

  /** Hands one record over. */
  public void dispatch(ConsumerRecord<byte[], byte[]> entry, RecordHandler handler) {
    String topic = entry.topic();
    handler.begin(new RecordPlace(topic, entry.partition(), entry.offset(), entry.timestamp()));
    if (topic.equals(topics.questions())) {
      parsed(questions, entry).ifPresent(handler::add);
    } else if (topic.equals(topics.modelCheckpoints())) {
      parsed(checkpoints, entry).ifPresent(event -> handler.add(event, entry.timestamp()));
    } else if (entry.value() == null) {
      remove(entry, handler);
    } else if (topic.equals(topics.knowledge())) {
      handler.add(outputs.knowledge(entry));
    } else if (topic.equals(topics.instructions())) {
      handler.add(outputs.instruction(entry));
    } else if (topic.equals(topics.datasetManifests())) {
      handler.add(outputs.manifest(entry));
    } else if (topic.equals(topics.evaluations())) {
      handler.add(outputs.evaluation(entry));
    } else if (topic.equals(topics.deadLetters())) {
      handler.add(outputs.deadLetter(entry), entry.timestamp());
    } else {
      handler.add(outputs.datasetRecord(entry));
    }
  }

  private void remove(ConsumerRecord<byte[], byte[]> entry, RecordHandler handler) {
    if (entry.key() == null) {
      return;
    }
    String key = new String(entry.key(), UTF_8);
    if (entry.topic().equals(topics.knowledge())) {
      handler.removeKnowledge(key);
    } else if (entry.topic().equals(topics.instructions())) {
      handler.removeInstructions(key);
    } else if (entry.topic().equals(topics.datasetManifests())) {
      handler.removeManifest(key);
    }
  }

  private static <T> Optional<T> parsed(
      RecordParser<T> parser, ConsumerRecord<byte[], byte[]> entry) {
    Parsed<T> parsed =
        parser.parse(
            new OriginalRecord(
                new Origin(entry.topic(), entry.partition(), entry.offset()),
                entry.key(),
                entry.value()));
    return parsed instanceof Parsed.Event<T> event ? Optional.of(event.event()) : Optional.empty();
  }
}
