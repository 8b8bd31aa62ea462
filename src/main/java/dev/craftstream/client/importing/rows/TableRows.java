package dev.craftstream.client.importing.rows;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A table's rows: CSV with commas, semicolons or tabs. Its first line names the columns. The one
 * table without names that is read is MMLU's as published, which has six columns, ends in a letter
 * and does not begin with a number: what else has no names could only be guessed.
 */
final class TableRows implements Rows {
  /** One of them is in a header. */
  private static final Set<String> QUESTIONS =
      Set.of(
          "question",
          "question_stem",
          "problem",
          "prompt",
          "utterance",
          "query",
          "instruction",
          "input",
          "messages",
          "conversations");

  private static final List<String> PUBLISHED = List.of("question", "A", "B", "C", "D", "answer");
  private static final int LONGEST_NAME = 64;

  private final Path file;
  private final RecordBound bound;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private final Set<String> wanted;
  private List<String> header;
  private long line = 1;
  private long number = -1;

  /**
   * Opens a table.
   *
   * @param delimiter between its cells
   * @param wanted names of columns that are asked for, so that the first line has to name them
   */
  TableRows(Path file, InputStream content, char delimiter, Set<String> wanted) throws IOException {
    this.file = file;
    this.wanted = wanted;
    this.bound = new RecordBound(file, content);
    Reader text = new InputStreamReader(bound, StandardCharsets.UTF_8.newDecoder());
    this.parser =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .get()
            .parse(text);
    this.records = parser.iterator();
  }

  /** What is between the cells, by the first line: the one that makes a header of it. */
  static char delimiter(Path file, String firstLine) {
    for (char delimiter : new char[] {',', '\t', ';'}) {
      for (String cell : firstLine.split(String.valueOf(delimiter), -1)) {
        if (firstLine.indexOf(delimiter) >= 0
            && QUESTIONS.contains(Row.key(cell.replace("\"", "")))) {
          return delimiter;
        }
      }
    }
    return file.toString().toLowerCase(Locale.ROOT).contains(".tsv") ? '\t' : ',';
  }

  @Override
  public String place() {
    return file + ":" + line;
  }

  @Override
  public Row next() throws IOException, UnreadableRecord {
    try {
      CSVRecord record = record();
      if (record != null && header == null) {
        header = header(record);
        if (header != PUBLISHED) {
          record = record();
        }
      }
      return record == null ? null : row(record);
    } catch (UncheckedIOException e) {
      throw unreadable(e.getCause());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private IOException unreadable(IOException cause) {
    if (cause instanceof UnreadableFile) {
      return cause;
    }
    return new UnreadableFile(
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

  private List<String> header(CSVRecord first) throws UnreadableFile {
    List<String> cells = first.toList();
    Set<String> keys = new HashSet<>();
    String twice = null;
    boolean shortNames = true;
    for (String cell : cells) {
      shortNames &= cell.length() <= LONGEST_NAME;
      twice = keys.add(Row.key(cell)) ? twice : cell;
    }
    boolean isHeader =
        wanted.isEmpty()
            ? shortNames && QUESTIONS.stream().anyMatch(keys::contains)
            : keys.containsAll(wanted.stream().map(Row::key).toList());
    if (isHeader && twice == null) {
      return cells;
    } else if (isHeader) {
      throw new UnreadableFile(
          "%s has two columns with the name \"%s\"; which one is meant?".formatted(file, twice));
    } else if (wanted.isEmpty() && isPublishedMmlu(cells)) {
      return PUBLISHED;
    }
    throw new UnreadableFile(
        "%s: The first line names no columns that are known: %s. Columns are known by name alone%s."
            .formatted(
                file,
                shown(cells),
                wanted.isEmpty()
                    ? "; name them there, or say which is which: --field question=NAME --field answer=NAME"
                    : "; --field asks for " + String.join(", ", wanted)));
  }

  /** A first cell that is a number is a row's, and would shift all others by one. */
  private static boolean isPublishedMmlu(List<String> cells) {
    return cells.size() == PUBLISHED.size()
        && cells.get(5).strip().matches("[A-D]")
        && !cells.get(0).strip().matches("[0-9]*");
  }

  private static String shown(List<String> cells) {
    StringBuilder shown = new StringBuilder();
    for (String cell : cells.subList(0, Math.min(cells.size(), 12))) {
      shown.append(shown.isEmpty() ? "" : ", ");
      shown.append('"').append(cell.length() > 40 ? cell.substring(0, 40) + "…" : cell).append('"');
    }
    return cells.size() > 12 ? shown + ", …" : shown.toString();
  }

  private Row row(CSVRecord record) throws UnreadableRecord {
    number++;
    if (record.size() != header.size()) {
      throw new UnreadableRecord(
          "The record has %d cells; %d are needed: %s."
              .formatted(record.size(), header.size(), shown(header)));
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < header.size(); i++) {
      object.put(header.get(i), record.get(i));
    }
    return new Row(new Row.Source(file, true, number), object);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
