package dev.craftstream.client.exchange;

import java.io.IOException;
import java.nio.file.Path;

/** The forms that trainers read. */
public enum ExportFormat {
  /** JSON lines with {@code messages}, as TRL and most others read. */
  CHAT("train.jsonl"),
  /** JSON lines with {@code conversations}, as LLaMA-Factory reads. */
  SHAREGPT("train.jsonl"),
  /** JSON lines with instruction, input and output. */
  ALPACA("train.jsonl"),
  /** Parquet with {@code messages} and what each row rests on. */
  PARQUET("train.parquet");

  private final String fileName;

  ExportFormat(String fileName) {
    this.fileName = fileName;
  }

  /** Name of the file with the rows. */
  public String fileName() {
    return fileName;
  }

  /**
   * Writes the rows.
   *
   * @param system what the system says before each; may be empty
   */
  public void write(ExportedDataset dataset, String system, Path file) throws IOException {
    switch (this) {
      case CHAT -> JsonLines.chat(dataset, system, file);
      case SHAREGPT -> JsonLines.shareGpt(dataset, system, file);
      case ALPACA -> JsonLines.alpaca(dataset, system, file);
      case PARQUET -> ParquetRows.write(dataset, system, file);
    }
  }
}
