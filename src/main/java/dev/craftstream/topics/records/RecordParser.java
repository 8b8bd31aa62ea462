package dev.craftstream.topics.records;

import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.OriginalRecord;
import java.io.Serializable;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Makes events of a topic's records. Never throws, whatever the bytes: what cannot be used becomes
 * a {@link DeadLetter} whose explanation names the field, what came and what is allowed.
 */
public sealed interface RecordParser<T> extends Serializable
    permits QuestionParser, ModelCheckpointParser, RequestParser {

  Parsed<T> parse(OriginalRecord original);

  /** How Flink carries the events. */
  TypeInformation<T> eventType();
}
