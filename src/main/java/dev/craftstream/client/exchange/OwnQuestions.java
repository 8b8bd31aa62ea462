package dev.craftstream.client.exchange;

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

/** Question events as the job's topic has them, one a line. */
final class OwnQuestions implements QuestionReader {
  private final Lines lines;
  private final QuestionParser parser;

  OwnQuestions(Path file, InputStream content, RecordLimits limits) {
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
    return parsed instanceof Parsed.Event<QuestionEvent> event
        ? new SourceRecord.Usable(lines.place(), event.event())
        : new SourceRecord.Unusable(lines.place(), QuestionImport.explanation(parsed));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
