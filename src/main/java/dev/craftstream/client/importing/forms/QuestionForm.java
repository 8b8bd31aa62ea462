package dev.craftstream.client.importing.forms;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableFile;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;

/** One form's way from a record to a question. */
public interface QuestionForm {

  /** Whether the record's names are those of this form, whatever their values are. */
  boolean fits(Row row) throws UnreadableRecord;

  /**
   * The question, as far as the form says: what is in it is not yet held against the job's rules.
   *
   * @throws UnreadableRecord where the record has something else than it should
   * @throws UnreadableFile where the record shows that the whole file means something else
   */
  QuestionEvent event(Row row) throws UnreadableRecord, UnreadableFile;
}
