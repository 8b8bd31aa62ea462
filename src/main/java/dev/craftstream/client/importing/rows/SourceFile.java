package dev.craftstream.client.importing.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** A file that is open for reading: its text, or its records, and how far it was read. */
public final class SourceFile implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int FIRST_LINE_BYTES = 1 << 16;

  private final Path file;
  private final SeekableByteChannel channel;

  /**
   * Opens a file that stays as it is.
   *
   * @throws IOException with a sentence where it is no such file
   */
  public SourceFile(Path file) throws IOException {
    size(file);
    this.file = file;
    this.channel = Files.newByteChannel(file);
  }

  /** How large a file is, in bytes. */
  public static long size(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder; name a file of questions.");
    }
    if (!Files.exists(file)) {
      throw new IOException("There is no file " + file + ".");
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          file + " is no regular file; it is read twice, so save what it gives to a file first.");
    }
    return Files.size(file);
  }

  /** How many of its bytes were read. */
  public long position() throws IOException {
    return channel.position();
  }

  /** Its text from the beginning, unpacked. */
  public InputStream text() throws IOException {
    return SourceContent.text(file, bytes());
  }

  private InputStream bytes() throws IOException {
    channel.position(0);
    return new BufferedInputStream(new FromStart(Channels.newInputStream(channel)), BUFFER_BYTES);
  }

  /** Leaves the channel open, which is read more than once. */
  private static final class FromStart extends FilterInputStream {
    FromStart(InputStream channel) {
      super(channel);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return in.read(buffer, offset, length);
    }

    @Override
    public void close() {}
  }

  /**
   * Its records from the beginning.
   *
   * @param wanted names of columns that are asked for; empty where columns are known by other names
   */
  public Rows rows(Set<String> wanted) throws IOException {
    if (SourceContent.isParquet(bytes())) {
      Rows rows = new ParquetTable(file);
      channel.position(channel.size());
      return rows;
    }
    String line = firstLine(text());
    if (line.startsWith("[")) {
      return new JsonRows.InList(file, text(), "");
    }
    if (line.startsWith("{")) {
      String list = JsonRows.listIn(text());
      return list.isEmpty()
          ? new JsonRows.OnLines(file, text())
          : new JsonRows.InList(file, text(), list);
    }
    return new TableRows(file, text(), TableRows.delimiter(file, line), wanted);
  }

  /** Whether it holds one JSON object a line, as far as its first character says. */
  public boolean isJsonLines() throws IOException {
    return !SourceContent.isParquet(bytes()) && !firstLine(text()).startsWith("[");
  }

  /** The first line that is not blank, without blanks before it and at most its first 64 KiB. */
  private static String firstLine(InputStream text) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int read = text.read();
        read >= 0 && (read != '\n' || line.size() == 0) && line.size() < FIRST_LINE_BYTES;
        read = text.read()) {
      if (line.size() > 0 || read > ' ') {
        line.write(read);
      }
    }
    return line.toString(UTF_8).strip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
