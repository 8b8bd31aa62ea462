package dev.craftstream.client.importing.rows;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Ends the reading of a file where one record is more than memory should hold. */
final class RecordBound extends FilterInputStream {
  private static final int RECORD_BYTES = 16 << 20;

  private final Path file;
  private long records;
  private long bytes;

  RecordBound(Path file, InputStream content) {
    super(content);
    this.file = file;
  }

  /** Says that the next record begins; what was read ahead of it counts as little. */
  void next() {
    records++;
    bytes = 0;
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    count(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    count(read);
    return read;
  }

  private void count(int read) throws UnreadableFile {
    bytes += Math.max(0, read);
    // Before the first record there may be much else, which is not kept.
    if (records > 0 && bytes > RECORD_BYTES) {
      throw new UnreadableFile(
          "Record %d of %s has more than 16 MiB; is the file of another format?"
              .formatted(records, file));
    }
  }
}
