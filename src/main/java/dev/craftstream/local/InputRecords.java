package dev.craftstream.local;

import dev.craftstream.model.ModelCheckpointEvent;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.KafkaSettings;
import dev.craftstream.topics.Limits;
import dev.craftstream.topics.ModelCheckpointParser;
import dev.craftstream.topics.Parsed;
import dev.craftstream.topics.QuestionParser;
import dev.craftstream.topics.RecordParser;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what goes into the job as the job does; what becomes a dead letter there is empty here. */
final class InputRecords {
  private final QuestionParser questions;
  private final ModelCheckpointParser checkpoints;

  InputRecords(KafkaSettings settings, Limits limits) {
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
