package dev.craftstream.client.importing;

import dev.craftstream.client.importing.forms.OwnEvents;
import dev.craftstream.client.importing.rows.Lines;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Set;

/** Question events as the job's topic has them, one a line, read as the job reads them. */
final class OwnQuestions implements QuestionReader {
  private final Path file;
  private final Lines lines;
  private final QuestionParser parser;
  private long number = -1;

  OwnQuestions(Path file, InputStream content, RecordLimits limits) {
    this.file = file;
    this.lines = new Lines(file, content);
    this.parser = new QuestionParser(WireFormat.JSON, limits);
  }

  @Override
  public SourceRecord next() throws IOException {
    byte[] line = lines.next();
    if (line == null) {
      return null;
    }
    Parsed<QuestionEvent> parsed =
        parser.parse(new OriginalRecord(new Origin("", 0, 0), null, line));
    number++;
    return parsed instanceof Parsed.Event<QuestionEvent> event
        ? new SourceRecord.Usable(lines.place(), event.event(), Set.of())
        : leniently(line, QuestionImport.explanation(parsed));
  }

  /** As in all other forms, a blank alias is no mistake. */
  private SourceRecord leniently(byte[] line, String mistake) {
    try {
      Row row = Row.ofJson(file, number, line);
      return new SourceRecord.Usable(lines.place(), new OwnEvents().event(row), row.remarks());
    } catch (UnreadableRecord e) {
      return new SourceRecord.Unusable(lines.place(), mistake);
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
