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
  PARQUET("train.parquet"),
  /** JSON lines with prompt and completion, of which TRL's SFTTrainer learns the completion. */
  COMPLETION("train.jsonl"),
  /** JSON lines with prompt, completion and whether that is desirable, for TRL's KTOTrainer. */
  KTO("train.jsonl"),
  /** JSON lines with prompt, chosen and rejected, for TRL's DPOTrainer. */
  PREFERENCE("train.jsonl");

  private final String fileName;

  ExportFormat(String fileName) {
    this.fileName = fileName;
  }

  /** Name of the file with the rows. */
  public String fileName() {
    return fileName;
  }

  /** Whether it holds answers against refusals, and so needs to be told what a refusal says. */
  public boolean prefers() {
    return this == KTO || this == PREFERENCE;
  }

  /** Whether it has prompts apart from their completions, as texts or as messages. */
  public boolean hasPrompts() {
    return this == COMPLETION || prefers();
  }

  /** Whether it is for LLaMA-Factory, which looks datasets up in a file. */
  boolean isForLlamaFactory() {
    return this == SHAREGPT || this == ALPACA;
  }

  /** How many rows of a dataset have an answer that is better than the refusal. */
  public long pairs(ExportedDataset dataset, RowStyle style) {
    return dataset.rows().stream().filter(row -> CompletionRows.hasPair(row, style)).count();
  }

  /** How many lines or Parquet rows a dataset becomes. */
  public long lines(ExportedDataset dataset, RowStyle style) {
    return switch (this) {
      case CHAT, SHAREGPT, ALPACA, PARQUET, COMPLETION -> dataset.rows().size();
      case KTO -> dataset.rows().size() + pairs(dataset, style);
      case PREFERENCE -> pairs(dataset, style);
    };
  }

  /**
   * Writes the rows.
   *
   * @throws IOException also, with a sentence, where there is nothing to weigh rows by
   */
  public void write(ExportedDataset dataset, RowStyle style, Path file) throws IOException {
    switch (this) {
      case CHAT -> JsonLines.write(dataset, style, JsonLines::chat, file);
      case SHAREGPT -> JsonLines.write(dataset, style, JsonLines::shareGpt, file);
      case ALPACA -> JsonLines.write(dataset, style, JsonLines::alpaca, file);
      case PARQUET -> ParquetRows.write(dataset, style, file);
      case COMPLETION -> JsonLines.write(dataset, style, CompletionRows::response, file);
      case KTO -> JsonLines.write(dataset, style, CompletionRows::kto, file);
      case PREFERENCE -> JsonLines.write(dataset, style, CompletionRows::preference, file);
    }
  }
}
