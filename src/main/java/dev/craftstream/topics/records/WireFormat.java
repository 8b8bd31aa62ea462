package dev.craftstream.topics.records;

/** How the messages of {@code proto/craftstream/v1} lie in the topics' values. */
public enum WireFormat {
  /**
   * Proto3 JSON in UTF-8, one line, with the field names of the {@code .proto} files. Readers
   * accept lowerCamelCase names as well, as proto3 JSON asks for.
   */
  JSON,
  /** Protobuf's binary form, without any framing. */
  PROTOBUF
}
