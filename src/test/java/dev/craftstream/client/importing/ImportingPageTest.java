package dev.craftstream.client.importing;

import dev.craftstream.Documentation;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The table of forms is made of the registry. */
class ImportingPageTest {

  @Test
  void thePageHasAllForms() throws Exception {
    StringBuilder table = new StringBuilder("| format | sets | known by |\n|---|---|---|\n");
    for (QuestionFormat format : QuestionFormat.values()) {
      table.append(
          "| `%s` | %s | %s |%n"
              .formatted(String.join("`, `", format.words()), format.sets(), format.names()));
    }

    Documentation.assertGenerated(Path.of("docs/importing.md"), "forms", table.toString());
  }
}
