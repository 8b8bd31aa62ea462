package dev.craftstream.client.exchange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A folder that a dataset is written to: its rows, its card, and what LLaMA-Factory wants to know.
 * Each file comes there whole or not at all, the card last.
 */
public final class ExportFolder {
  private static final String CARD = "README.md";
  private static final String LLAMA_FACTORY_INFO = "dataset_info.json";

  private final Path folder;

  public ExportFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Fails where something would be lost.
   *
   * @throws IOException with a sentence
   */
  public void requireRoom(boolean replace) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IOException(folder + " is no folder; name one with --out.");
    }
    if (Files.isDirectory(folder) && !replace) {
      try (var files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new IOException(
              folder
                  + " is not empty; name another folder with --out, or replace files with --force.");
        }
      }
    }
  }

  /**
   * Writes everything.
   *
   * @param style how rows are written
   * @param shuffleSeed of the rows' order, for the card; empty where it is that of the ids
   * @param laterChanges whether what came after the manifest is in the rows, for the card
   * @return the files
   */
  public List<Path> write(
      ExportedDataset dataset,
      ExportFormat format,
      RowStyle style,
      OptionalLong shuffleSeed,
      boolean laterChanges)
      throws IOException {
    Files.createDirectories(folder);
    List<Path> files = new ArrayList<>();
    files.add(whole(format.fileName(), file -> format.write(dataset, style, file)));
    if (format.isForLlamaFactory()) {
      String name = dataset.manifest().getDatasetId();
      files.add(
          whole(
              LLAMA_FACTORY_INFO,
              file -> JsonLines.llamaFactoryInfo(format, name, style.system(), file)));
    }
    DatasetCard card = new DatasetCard(dataset, format, style, shuffleSeed, laterChanges);
    files.add(whole(CARD, file -> Files.writeString(file, card.text())));
    return List.copyOf(files);
  }

  private interface Writing {
    void to(Path file) throws IOException;
  }

  private Path whole(String name, Writing writing) throws IOException {
    Path part = folder.resolve("." + name + ".part");
    try {
      writing.to(part);
      return Files.move(part, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
