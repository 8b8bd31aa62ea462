package dev.craftstream.client.importing;

import java.io.Closeable;
import java.io.IOException;

/** Reads one file of questions, a record at a time. */
public interface QuestionReader extends Closeable {

  /**
   * The next record; null behind the last one.
   *
   * @throws IOException with a sentence, where nothing behind this place can be read
   */
  SourceRecord next() throws IOException;
}
