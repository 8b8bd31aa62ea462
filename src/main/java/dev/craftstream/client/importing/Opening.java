package dev.craftstream.client.importing;

import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.Rows;
import dev.craftstream.client.importing.rows.SourceFile;
import dev.craftstream.client.importing.rows.UnreadableFile;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.topics.records.RecordLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * How one file is read.
 *
 * @param form as what, in words
 * @param reader null where the file has no record at all
 */
record Opening(String form, QuestionReader reader) {
  /** So many of a file's first records are looked at for one with names. */
  private static final int LOOKED_AT = 20;

  static Opening of(Path path, SourceFile file, ReadAs readAs, RecordLimits limits)
      throws IOException {
    if (readAs instanceof ReadAs.Mapped mapped) {
      return new Opening(
          "what --field says",
          new RowQuestions(file.rows(readAs.wanted()), List.of(mapped.mapping())));
    }
    QuestionFormat format =
        readAs instanceof ReadAs.Named named ? named.format() : recognised(path, file);
    return format == null
        ? new Opening("nothing", null)
        : new Opening(format.word(), reader(path, file, format, limits));
  }

  private static QuestionReader reader(
      Path path, SourceFile file, QuestionFormat format, RecordLimits limits) throws IOException {
    return format == QuestionFormat.JSONL && file.isJsonLines()
        ? new OwnQuestions(path, file.text(), limits)
        : new RowQuestions(file.rows(Set.of()), format.forms());
  }

  /** By the first record that has names; null where there is no record. */
  private static QuestionFormat recognised(Path path, SourceFile file) throws IOException {
    try (Rows rows = file.rows(Set.of())) {
      String mistake = "";
      for (int i = 0; i < LOOKED_AT; i++) {
        try {
          Row row = rows.next();
          if (row == null && mistake.isEmpty()) {
            return null;
          } else if (row == null) {
            break;
          }
          return format(path, row);
        } catch (UnreadableRecord e) {
          mistake = mistake.isEmpty() ? rows.place() + ": " + e.getMessage() : mistake;
        }
      }
      throw new UnreadableFile(path + " has no record that can be read. " + mistake);
    }
  }

  private static QuestionFormat format(Path path, Row row) throws UnreadableFile, UnreadableRecord {
    for (QuestionFormat format : QuestionFormat.values()) {
      if (format.fits(row)) {
        return format;
      }
    }
    throw new UnreadableFile(
        "%s: The names of its fields are those of no form that is known: %s. Say which is which: --field question=NAME --field answer=NAME, or --field options=NAME --field target=NAME."
            .formatted(path, String.join(", ", row.names())));
  }

  /** What a file's names look like; empty where they look like nothing that is known. */
  static String otherForm(Path path) {
    try (SourceFile file = new SourceFile(path)) {
      QuestionFormat format = recognised(path, file);
      return format == null ? "" : format.word();
    } catch (IOException e) {
      return "";
    }
  }
}
