package dev.craftstream.client.exchange;

import dev.craftstream.model.Question;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * MMLU's questions: as published, without a header ({@code question,A,B,C,D,target}) and with the
 * subject and the split in the file's name, or with a header that also names {@code id}, which is
 * {@code subject/split/number}. Both ways a question has the same id.
 */
final class MmluQuestions implements QuestionReader {
  private static final Pattern SPLIT = Pattern.compile("(.+)_(test|val|dev)");

  private final Path file;
  private final RecordBound bound;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private List<String> header;
  private long line = 1;
  private long number;

  MmluQuestions(Path file, InputStream content) throws IOException {
    this.file = file;
    this.bound = new RecordBound(file, content);
    Reader text = new InputStreamReader(bound, StandardCharsets.UTF_8.newDecoder());
    this.parser = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get().parse(text);
    this.records = parser.iterator();
  }

  @Override
  public SourceRecord next() throws IOException {
    try {
      if (header == null) {
        CSVRecord first = record();
        if (first == null) {
          return null;
        }
        List<String> cells = first.toList();
        if (cells.contains("question") && cells.contains("target")) {
          header = cells;
        } else {
          header = List.of();
          return read(first);
        }
      }
      CSVRecord record = record();
      return record == null ? null : read(record);
    } catch (UncheckedIOException e) {
      throw unreadable(e.getCause());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private IOException unreadable(IOException cause) {
    if (cause instanceof RecordBound.ExceededException) {
      return cause;
    }
    return new IOException(
        cause instanceof CharacterCodingException
            ? "%s is not UTF-8 behind line %d; write it in UTF-8.".formatted(file, line)
            : "%s:%d: The file is not CSV from here on: %s."
                .formatted(file, line, cause.getMessage()),
        cause);
  }

  private CSVRecord record() throws IOException {
    bound.next();
    line = parser.getCurrentLineNumber() + 1;
    return records.hasNext() ? records.next() : null;
  }

  private SourceRecord read(CSVRecord record) {
    String place = file + ":" + line;
    try {
      Question question = header.isEmpty() ? published(record) : named(record);
      number++;
      return new SourceRecord.Usable(place, JsonQuestions.event(question));
    } catch (UnreadableRecord mistake) {
      number++;
      return new SourceRecord.Unusable(place, mistake.getMessage());
    }
  }

  private Question published(CSVRecord record) throws UnreadableRecord {
    if (record.size() < 4) {
      throw new UnreadableRecord(
          "The record has %d cells; the question, its options and the target's letter are needed."
              .formatted(record.size()));
    }
    String name = file.getFileName().toString();
    name =
        name.toLowerCase(Locale.ROOT).endsWith(".csv")
            ? name.substring(0, name.length() - 4)
            : name;
    Matcher split = SPLIT.matcher(name);
    String path = split.matches() ? split.group(1) + "/" + split.group(2) : name;
    List<String> cells = record.toList();
    return JsonQuestions.multipleChoice(
        path + "/" + number,
        cells.get(0),
        cells.subList(1, cells.size() - 1),
        target(cells.get(cells.size() - 1)),
        subject(path));
  }

  private Question named(CSVRecord record) throws UnreadableRecord {
    if (record.size() != header.size()) {
      throw new UnreadableRecord(
          "The record has %d cells; %d are needed, as in the header."
              .formatted(record.size(), header.size()));
    }
    List<String> options = new ArrayList<>();
    int column = header.indexOf("A");
    while (column >= 0) {
      options.add(record.get(column));
      column = header.indexOf(Question.optionLetter(options.size()));
    }
    int id = header.indexOf("id");
    if (id < 0) {
      throw new UnreadableRecord("The header has no column id; name the questions there.");
    }
    String path = record.get(id);
    return JsonQuestions.multipleChoice(
        path,
        record.get(header.indexOf("question")),
        options,
        target(record.get(header.indexOf("target"))),
        path.contains("/") ? subject(path) : "");
  }

  private static String target(String cell) {
    return cell.strip();
  }

  private static String subject(String path) {
    int slash = path.indexOf('/');
    return (slash < 0 ? path : path.substring(0, slash)).replace('_', ' ');
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
