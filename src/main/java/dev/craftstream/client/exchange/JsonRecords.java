package dev.craftstream.client.exchange;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Path;

/** JSON objects out of a file of any size, one at a time. */
abstract class JsonRecords implements Closeable {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  // Where a file ends too early, it is still asked how far it was read.
                  .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(100)
                          // What is skipped, such as a page's text, may be long.
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .build();

  /** For a text that is to be one value and nothing behind it. */
  private static final ObjectReader WHOLE =
      MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Where the record that was read last stands. */
  abstract String place();

  /**
   * The next record; null behind the last one.
   *
   * @throws UnreadableRecord where it is no JSON object, and the next one can be read all the same
   */
  abstract JsonNode next() throws IOException, UnreadableRecord;

  /** Objects on lines of their own, or in a list that is all of the file. */
  static JsonRecords linesOrList(Path file, InputStream content) throws IOException {
    PushbackInputStream again = new PushbackInputStream(content);
    int first = again.read();
    while (first == ' ' || first == '\t' || first == '\r') {
      first = again.read();
    }
    if (first >= 0) {
      again.unread(first);
    }
    return first == '[' ? new InList(file, again, "") : new OnLines(file, again);
  }

  /** Objects in the list {@code field} of the object that is all of the file. */
  static JsonRecords inObject(Path file, InputStream content, String field) throws IOException {
    return new InList(file, content, field);
  }

  private static JsonNode object(JsonNode node) throws UnreadableRecord {
    if (!node.isObject()) {
      throw new UnreadableRecord(
          "This is %s; a JSON object is needed.".formatted(Fields.kind(node)));
    }
    return node;
  }

  private static final class OnLines extends JsonRecords {
    private final Lines lines;

    OnLines(Path file, InputStream content) {
      this.lines = new Lines(file, content);
    }

    @Override
    String place() {
      return lines.place();
    }

    @Override
    JsonNode next() throws IOException, UnreadableRecord {
      byte[] line = lines.next();
      if (line == null) {
        return null;
      }
      try {
        return object(WHOLE.readTree(line));
      } catch (IOException e) {
        throw new UnreadableRecord("The line is not JSON: " + sentence(e));
      }
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  private static final class InList extends JsonRecords {
    private final Path file;
    private final String field;
    private final RecordBound bound;
    private final JsonParser parser;
    private long number;
    private int line;
    private boolean started;

    InList(Path file, InputStream content, String field) throws IOException {
      this.file = file;
      this.field = field;
      this.bound = new RecordBound(file, content);
      try {
        this.parser = MAPPER.createParser(bound);
      } catch (CharConversionException e) {
        throw notUtf8(e);
      }
    }

    @Override
    String place() {
      return "%s:%d (record %d)".formatted(file, line, number);
    }

    @Override
    JsonNode next() throws IOException, UnreadableRecord {
      try {
        if (!started) {
          start();
          started = true;
        }
        bound.next();
        JsonToken token = parser.nextToken();
        if (token == JsonToken.END_ARRAY || token == null) {
          return null;
        }
        number++;
        line = parser.currentTokenLocation().getLineNr();
        JsonNode node = MAPPER.readTree(parser);
        return object(node);
      } catch (JsonProcessingException e) {
        int at = e.getLocation() == null ? line : e.getLocation().getLineNr();
        throw new IOException(
            "%s:%d: The file is not JSON from here on: %s".formatted(file, at, sentence(e)), e);
      } catch (CharConversionException e) {
        throw notUtf8(e);
      }
    }

    private IOException notUtf8(CharConversionException cause) {
      return new IOException(
          "%s is not UTF-8 behind record %d: %s".formatted(file, number, sentence(cause)), cause);
    }

    private void start() throws IOException {
      JsonToken token = parser.nextToken();
      if (!field.isEmpty()) {
        if (token != JsonToken.START_OBJECT) {
          throw otherForm();
        }
        token = parser.nextToken();
        while (token == JsonToken.FIELD_NAME && !parser.currentName().equals(field)) {
          parser.nextToken();
          parser.skipChildren();
          token = parser.nextToken();
        }
        token = parser.nextToken();
      }
      if (token != JsonToken.START_ARRAY) {
        throw otherForm();
      }
    }

    private IOException otherForm() {
      return new IOException(
          "%s is no JSON object with the list %s; is the file of another format?"
              .formatted(file, field));
    }

    @Override
    public void close() throws IOException {
      parser.close();
      bound.close();
    }
  }

  private static String sentence(IOException failure) {
    String message =
        failure instanceof JsonProcessingException json
            ? json.getOriginalMessage()
            : failure.getMessage();
    String line = String.valueOf(message).lines().findFirst().orElse("").strip();
    String shown = line.length() > 240 ? line.substring(0, 240) + "…" : line;
    return shown.endsWith(".") ? shown : shown + ".";
  }
}
