package dev.craftstream.client.importing;

import dev.craftstream.client.importing.forms.QuestionForm;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.Rows;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import java.io.IOException;
import java.util.List;

/** Questions out of a file's rows, each by the first form whose names it has. */
final class RowQuestions implements QuestionReader {
  private final Rows rows;
  private final List<QuestionForm> forms;

  RowQuestions(Rows rows, List<QuestionForm> forms) {
    this.rows = rows;
    this.forms = forms;
  }

  @Override
  public SourceRecord next() throws IOException {
    try {
      Row row = rows.next();
      return row == null
          ? null
          : new SourceRecord.Usable(rows.place(), form(row).event(row), row.remarks());
    } catch (UnreadableRecord mistake) {
      return mistake.isWithoutAnswer()
          ? new SourceRecord.WithoutAnswer(rows.place(), mistake.getMessage())
          : new SourceRecord.Unusable(rows.place(), mistake.getMessage());
    }
  }

  /** Where none has its names, the first one says what it misses. */
  private QuestionForm form(Row row) throws UnreadableRecord {
    for (QuestionForm form : forms) {
      if (form.fits(row)) {
        return form;
      }
    }
    return forms.get(0);
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
