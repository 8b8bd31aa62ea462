package dev.craftstream.topics.kafka;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.topics.records.WireFormat;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * The headers of the records that one writer writes to one topic: what a value is, by which schema,
 * and who wrote it. They are those of a CloudEvent 1.0 in binary mode (CloudEvents, Kafka protocol
 * binding, section 3.2). All but the id are the same bytes for each record.
 *
 * <p>Not safe for several threads.
 */
public final class EventHeaders implements Serializable {
  private static final long serialVersionUID = 1L;

  /** {@code application/json} or {@code application/protobuf}. */
  public static final String CONTENT_TYPE = "content-type";

  /** The version of CloudEvents, 1.0. */
  public static final String SPEC_VERSION = "ce_specversion";

  /** The schema, whose name has its version in it, such as {@code craftstream.v1.Instruction}. */
  public static final String TYPE = "ce_type";

  /** The job, by its {@code kafka.transactional-id-prefix}. */
  public static final String SOURCE = "ce_source";

  /** Another one for each record of the source. */
  public static final String ID = "ce_id";

  /** The version of craft-stream that wrote the record. */
  public static final String VERSION = "craft-version";

  private final String contentType;
  private final String type;
  private final String source;
  private transient List<Header> same;
  private transient String idPrefix;
  private transient long written;

  private EventHeaders(String contentType, String type, String source) {
    this.contentType = contentType;
    this.type = type;
    this.source = source;
  }

  /**
   * @param topic one of the job's
   */
  public static EventHeaders of(KafkaSettings settings, String topic) {
    return new EventHeaders(
        contentType(settings.format()),
        settings.topics().schema(topic).schemaName(),
        settings.transactionalIdPrefix());
  }

  private static String contentType(WireFormat format) {
    return switch (format) {
      case JSON -> "application/json";
      case PROTOBUF -> "application/protobuf";
    };
  }

  /** Those of the next record. */
  public List<Header> next() {
    if (same == null) {
      same =
          List.of(
              header(CONTENT_TYPE, contentType),
              header(SPEC_VERSION, "1.0"),
              header(TYPE, type),
              header(SOURCE, source),
              header(VERSION, version()));
      // A writer that starts again takes another one.
      idPrefix = Long.toHexString(UUID.randomUUID().getMostSignificantBits()) + "-";
    }
    List<Header> headers = new ArrayList<>(same.size() + 1);
    headers.addAll(same);
    headers.add(new RecordHeader(ID, (idPrefix + written++).getBytes(US_ASCII)));
    return headers;
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(UTF_8));
  }

  private static String version() {
    String version = EventHeaders.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
