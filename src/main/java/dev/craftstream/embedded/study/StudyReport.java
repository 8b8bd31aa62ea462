package dev.craftstream.embedded.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What there is of a study, as {@code results.json} and as a page.
 *
 * @param results the folder of the results
 * @param page the page's file
 */
public record StudyReport(Path results, Path page) {

  /** Writes both; returns whether there is anything to report. */
  public boolean write() throws IOException {
    StudyFiles files = new StudyFiles(results);
    Optional<StudyData> data = files.data();
    if (data.isEmpty()) {
      return false;
    }
    StudyResults figures = new StudyAnalysis(data.get()).results();
    files.write("results", figures);
    if (page.getParent() != null) {
      Files.createDirectories(page.getParent());
    }
    Files.writeString(page, StudyPage.of(figures, data.get().setting()));
    return true;
  }
}
