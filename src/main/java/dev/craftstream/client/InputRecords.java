package dev.craftstream.client;

import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.ModelCheckpointParser;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.RecordParser;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what goes into the job as the job does; what becomes a dead letter there is empty here. */
final class InputRecords {
  private final QuestionParser questions;
  private final ModelCheckpointParser checkpoints;

  InputRecords(KafkaSettings settings, RecordLimits limits) {
    questions = new QuestionParser(settings.format(), limits);
    checkpoints = new ModelCheckpointParser(settings.format(), limits);
  }

  Optional<QuestionEvent> question(ConsumerRecord<byte[], byte[]> entry) {
    return parsed(questions, entry);
  }

  Optional<ModelCheckpointEvent> checkpoint(ConsumerRecord<byte[], byte[]> entry) {
    return parsed(checkpoints, entry);
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
