package dev.craftstream.client.importing.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** JSON objects out of a file of any size. */
final class JsonRows {
  /** Lists that objects hold which are all of a file: TriviaQA's and SQuAD's. */
  private static final Set<String> LISTS = Set.of("Data", "data");

  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
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

  private JsonRows() {}

  /**
   * The name of the list that the records of a file are in, where all of the file is one object
   * with such a list; empty where there is none.
   */
  static String listIn(InputStream content) throws IOException {
    try (JsonParser parser = MAPPER.createParser(content)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "";
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (LISTS.contains(name) && value == JsonToken.START_ARRAY) {
          return name;
        }
        parser.skipChildren();
      }
      return "";
    } catch (JsonProcessingException | CharConversionException e) {
      // What is wrong is said where the records are read.
      return "";
    }
  }

  /** Objects on lines of their own. */
  static final class OnLines implements Rows {
    private final Path file;
    private final Lines lines;
    private long number = -1;

    OnLines(Path file, InputStream content) {
      this.file = file;
      this.lines = new Lines(file, content);
    }

    @Override
    public String place() {
      return lines.place();
    }

    @Override
    public Row next() throws IOException, UnreadableRecord {
      byte[] line = lines.next();
      if (line == null) {
        return null;
      }
      number++;
      return Row.ofJson(file, number, line);
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  /** Objects in a list that is all of a file, or in a list of the object that is. */
  static final class InList implements Rows {
    private static final String PARAGRAPHS = "paragraphs";

    private final Path file;
    private final String list;
    private final RecordBound bound;
    private final JsonParser parser;
    private final Deque<JsonNode> inside = new ArrayDeque<>();
    private long number;
    private long read = -1;
    private int line;
    private boolean started;

    InList(Path file, InputStream content, String list) throws IOException {
      this.file = file;
      this.list = list;
      this.bound = new RecordBound(file, content);
      try {
        this.parser = MAPPER.createParser(bound);
      } catch (CharConversionException e) {
        throw notUtf8(e);
      }
    }

    @Override
    public String place() {
      return "%s:%d (record %d)".formatted(file, line, number);
    }

    @Override
    public Row next() throws IOException, UnreadableRecord {
      while (inside.isEmpty()) {
        JsonNode object = object();
        if (object == null) {
          return null;
        }
        if (object.path(PARAGRAPHS).isArray()) {
          addQuestionsOf(object);
        } else {
          return row(object);
        }
      }
      return row(inside.remove());
    }

    /** SQuAD's articles have paragraphs, and these have questions. */
    private void addQuestionsOf(JsonNode article) {
      for (JsonNode paragraph : article.get(PARAGRAPHS)) {
        for (JsonNode question : paragraph.path("qas")) {
          inside.add(question);
        }
      }
    }

    private Row row(JsonNode object) throws UnreadableRecord {
      read++;
      if (!object.isObject()) {
        throw new UnreadableRecord(
            "An entry of qas is %s; an object is needed.".formatted(Row.kind(object)));
      }
      return new Row(new Row.Source(file, false, read), object);
    }

    private JsonNode object() throws IOException, UnreadableRecord {
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
        return JsonTree.object(parser);
      } catch (JsonProcessingException e) {
        int at = e.getLocation() == null ? line : e.getLocation().getLineNr();
        throw new UnreadableFile(
            "%s:%d: The file is not JSON from here on: %s"
                .formatted(file, at, JsonTree.sentence(e)),
            e);
      } catch (CharConversionException e) {
        throw notUtf8(e);
      }
    }

    private void start() throws IOException {
      JsonToken token = parser.nextToken();
      if (!list.isEmpty()) {
        token = parser.nextToken();
        while (token == JsonToken.FIELD_NAME && !parser.currentName().equals(list)) {
          parser.nextToken();
          parser.skipChildren();
          token = parser.nextToken();
        }
        token = parser.nextToken();
      }
      if (token != JsonToken.START_ARRAY) {
        throw new UnreadableFile(file + " changed while it was read; import it again.");
      }
    }

    private UnreadableFile notUtf8(CharConversionException cause) {
      return new UnreadableFile(
          "%s is not UTF-8 behind record %d: %s".formatted(file, number, JsonTree.sentence(cause)),
          cause);
    }

    @Override
    public void close() throws IOException {
      parser.close();
      bound.close();
    }
  }
}
