package dev.craftstream.client.importing.rows;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file's bytes as text in UTF-8: unpacked where it is compressed by gzip or zstd, and without the
 * mark that some editors put before UTF-8. What is no such text is named for what it is.
 */
public final class SourceContent {
  private static final int PEEKED = 512;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String GZIP = "\u001f\u008b";
  private static final String ZSTD = "\u0028\u00b5\u002f\u00fd";
  private static final String PARQUET = "PAR1";
  private static final String UTF8_MARK = "\u00ef\u00bb\u00bf";

  private record Signature(String begin, String sentence) {}

  private static final List<Signature> OTHERS =
      List.of(
          new Signature("\u00ff\u00fe", utf16()),
          new Signature("\u00fe\u00ff", utf16()),
          new Signature(
              "version https://git-lfs.github.com/spec/",
              "is a Git LFS pointer, not the file itself; fetch that with git lfs pull."),
          new Signature(
              "<!doctype html", "is an HTML page, not the file that it was to be; download that."),
          new Signature("<html", "is an HTML page, not the file that it was to be; download that."),
          new Signature("<?xml", "is XML; JSON, CSV and Parquet are read."),
          new Signature(
              "PK\u0003\u0004", "is a zip archive or a spreadsheet; unpack it or save it as CSV."),
          new Signature("BZh", "is compressed by bzip2; unpack it with bunzip2."),
          new Signature("\u00fd7zXZ", "is compressed by xz; unpack it with unxz."),
          new Signature("ARROW1", arrow()),
          new Signature("\u00ff\u00ff\u00ff\u00ff", arrow()),
          new Signature("SQLite format 3", "is an SQLite database; save its table as CSV."),
          new Signature("%PDF", "is a PDF; JSON, CSV and Parquet are read."));

  private SourceContent() {}

  private static String utf16() {
    return "is UTF-16, not UTF-8; write it anew: iconv -f UTF-16 -t UTF-8 FILE > NEW_FILE.";
  }

  private static String arrow() {
    return "is an Arrow file, as Hugging Face's datasets keep them on disk; write it anew with to_json or"
        + " to_parquet.";
  }

  /** Whether a file is Parquet, which is no stream. */
  static boolean isParquet(InputStream content) throws IOException {
    return beginning(content).startsWith(PARQUET);
  }

  /**
   * What is in the file.
   *
   * @param content its bytes, buffered
   * @throws UnreadableFile where it is no text
   */
  public static InputStream text(Path file, InputStream content) throws IOException {
    InputStream text = unpacked(file, content);
    String begin = beginning(text);
    if (begin.startsWith(UTF8_MARK)) {
      text.skipNBytes(UTF8_MARK.length());
      return text;
    }
    if (begin.startsWith(PARQUET)) {
      throw new UnreadableFile(file + " is a compressed Parquet file; unpack it first.");
    }
    String low = begin.stripLeading().toLowerCase(Locale.ROOT);
    for (Signature other : OTHERS) {
      if (begin.startsWith(other.begin) || low.startsWith(other.begin)) {
        throw new UnreadableFile(file + " " + other.sentence);
      }
    }
    if (hasZeros(begin, 0) || hasZeros(begin, 1)) {
      throw new UnreadableFile(file + " " + utf16());
    }
    return text;
  }

  private static InputStream unpacked(Path file, InputStream content) throws IOException {
    String begin = beginning(content);
    if (begin.startsWith(GZIP)) {
      return new BufferedInputStream(
          new Unpacked(file, "gzip", gunzipped(file, content)), BUFFER_BYTES);
    }
    if (begin.startsWith(ZSTD)) {
      return new BufferedInputStream(
          new Unpacked(file, "zstd", new ZstdInputStream(content)), BUFFER_BYTES);
    }
    return content;
  }

  /** Text in UTF-16 without its mark: each second byte of what most texts hold is 0. */
  private static boolean hasZeros(String begin, int from) {
    int length = Math.min(begin.length(), 64);
    for (int i = from; i < length; i += 2) {
      if (begin.charAt(i) != 0) {
        return false;
      }
    }
    return length >= 4;
  }

  /** The first bytes, a character each; they are read again. */
  private static String beginning(InputStream content) throws IOException {
    content.mark(PEEKED);
    byte[] bytes = content.readNBytes(PEEKED);
    content.reset();
    return new String(bytes, ISO_8859_1);
  }

  private static InputStream gunzipped(Path file, InputStream content) throws IOException {
    try {
      return new GZIPInputStream(content, BUFFER_BYTES);
    } catch (ZipException | EOFException e) {
      throw damaged(file, "gzip", e);
    }
  }

  private static UnreadableFile damaged(Path file, String how, IOException cause) {
    return new UnreadableFile(
        "%s is compressed by %s and is damaged or cut off; get it again.".formatted(file, how),
        cause);
  }

  /** Says in a sentence that compressed data ends too early or is damaged. */
  private static final class Unpacked extends FilterInputStream {
    private final Path file;
    private final String how;

    Unpacked(Path file, String how, InputStream content) {
      super(content);
      this.file = file;
      this.how = how;
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (ZipException | EOFException | ZstdIOException e) {
        throw damaged(file, how, e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (ZipException | EOFException | ZstdIOException e) {
        throw damaged(file, how, e);
      }
    }
  }
}
