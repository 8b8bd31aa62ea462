package dev.craftstream.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.craftstream.prompt.Shots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** Whatever is in a file of options or of shots: settings, or a mistake in a sentence. */
@Timeout(20)
class OptionsFuzzTest {
  private static Path file;

  @BeforeAll
  static void makeFile() throws IOException {
    file = Files.createTempFile("options-fuzz", ".yaml");
  }

  @AfterAll
  static void removeFile() throws IOException {
    Files.delete(file);
  }

  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "kafka:",
    "bootstrap-servers: b:9092",
    "triton:",
    "endpoints: [t:8001]",
    "limits.record:",
    "&a ",
    "*a",
    "<<: ",
    "!!binary",
    "? ",
    "- ",
    "10 min",
    "1 gb",
    "kafka.properties.",
    "query.stop: [",
    "-1",
    "NaN",
    "1e9"
  })
  void configurationFile(byte[] yaml) throws IOException {
    Files.write(file, yaml);
    try {
      CurationSettings settings = CurationSettings.of(withoutFiles(ConfigurationFile.read(file)));
      assertThat(settings.toString()).isNotBlank();
    } catch (IllegalArgumentException e) {
      checkSentence(e);
    }
  }

  /** Lines of an option's number, which takes the place of its key, and its value. */
  @FuzzTest(maxDuration = "2m")
  @DictionaryEntries({
    "10 min",
    "1 gb",
    "-1",
    "NaN",
    "Infinity",
    "9223372036854775807",
    "[]",
    ";",
    "host:1",
    "{question}"
  })
  void options(byte[] lines) {
    List<String> keys = CurationOptions.all().stream().map(option -> option.key()).toList();
    Configuration options = new Configuration();
    options.setString("kafka.bootstrap-servers", "b:9092");
    options.setString("triton.endpoints", "t:8001");
    for (String line : new String(lines, StandardCharsets.UTF_8).split("\n")) {
      if (!line.isEmpty()) {
        options.setString(keys.get(line.charAt(0) % keys.size()), line.substring(1));
      }
    }
    try {
      assertThat(CurationSettings.of(withoutFiles(options)).toString()).isNotBlank();
    } catch (IllegalArgumentException e) {
      checkSentence(e);
    }
  }

  @FuzzTest(maxDuration = "1m")
  @DictionaryEntries({
    "\"openEnded\":[",
    "\"multipleChoice\":[",
    "\"question\":",
    "\"answer\":",
    "\"options\":[",
    "\"target\":"
  })
  void shots(byte[] json) throws IOException {
    Files.write(file, json);
    try {
      assertThat(Shots.read(file).openEnded()).isNotNull();
    } catch (IllegalArgumentException e) {
      checkSentence(e);
    }
  }

  /** Which file a fuzzer names here is no part of what is tested. */
  private static Configuration withoutFiles(Configuration options) {
    options.removeKey("query.shots-file");
    return options;
  }

  private static void checkSentence(IllegalArgumentException mistake) {
    assertThat(mistake.getMessage()).isNotBlank().hasSizeLessThan(5_000);
  }
}
