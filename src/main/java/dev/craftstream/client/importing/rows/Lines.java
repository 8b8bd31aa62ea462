package dev.craftstream.client.importing.rows;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Splits a file into lines that are not blank. */
public final class Lines implements Closeable {
  /** Far more than any question; a file without line breaks is of another form. */
  private static final int LINE_BYTES = 16 << 20;

  private final Path file;
  private final InputStream content;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int number;
  private boolean ended;

  public Lines(Path file, InputStream content) {
    this.file = file;
    this.content = content;
  }

  /** The next line's bytes without its break; null behind the last one. */
  public byte[] next() throws IOException {
    while (!ended) {
      number++;
      line.reset();
      int read = content.read();
      for (; read >= 0 && read != '\n'; read = content.read()) {
        if (line.size() == LINE_BYTES) {
          throw new UnreadableFile(
              "%s has more than 16 MiB without a line break; one record a line is read. Is the file of another format?"
                  .formatted(place()));
        }
        line.write(read);
      }
      ended = read < 0;
      byte[] bytes = line.toByteArray();
      if (!isBlank(bytes)) {
        return bytes;
      }
    }
    return null;
  }

  /** Where the line that was read last stands. */
  public String place() {
    return file + ":" + number;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
