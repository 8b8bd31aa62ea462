package dev.craftstream.client.importing.rows;

import java.io.Closeable;
import java.io.IOException;

/** A file's records, one at a time. */
public interface Rows extends Closeable {

  /**
   * The next record; null behind the last one.
   *
   * @throws UnreadableRecord where it is no record, and the next one can be read all the same
   * @throws IOException with a sentence, where nothing behind this place can be read
   */
  Row next() throws IOException, UnreadableRecord;

  /** Where the record that was read last stands, for people. */
  String place();
}
