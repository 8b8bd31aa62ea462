package dev.craftstream.method.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.craftstream.method.TestQuestions;
import dev.craftstream.model.Question;
import dev.craftstream.model.knowledge.CorrectnessRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Answers that people reported as misjudged, from the shared folder. */
class FieldCasesTest {
  private static final Path CASES = Path.of("../shared/field/judging.jsonl");

  /** Where the paper's containment says otherwise, a rule has to be chosen. */
  private static final List<CorrectnessRule> STRICTER =
      List.of(CorrectnessRule.NORMALIZED_SUBSTRING, CorrectnessRule.WORDS);

  @Test
  void eachIsJudgedAsItShallBeByOneOfTheRules() throws IOException {
    assumeTrue(Files.exists(CASES), () -> CASES + " is not there, so its cases are not tried");
    List<String> lines = Files.readAllLines(CASES);
    assertThat(lines).isNotEmpty();
    for (String line : lines) {
      if (!line.startsWith("#") && !line.isBlank()) {
        JsonObject item = JsonParser.parseString(line).getAsJsonObject();
        String wanted = item.get("want").getAsString();
        assertThat(verdict(item, CorrectnessRule.WORDS)).as(line).isEqualTo(wanted);
        assertThat(STRICTER.stream().map(rule -> verdict(item, rule))).as(line).contains(wanted);
      }
    }
  }

  private static String verdict(JsonObject item, CorrectnessRule rule) {
    String refusal = item.has("refusal") ? item.get("refusal").getAsString() : "I don't know";
    Judge judge = new Judge(new JudgingRules(rule, List.of()));
    return judge.verdict(question(item), item.get("sample").getAsString(), refusal).name();
  }

  private static Question question(JsonObject item) {
    return item.get("kind").getAsString().equals("mc")
        ? TestQuestions.multipleChoice(
            item.get("target").getAsString(), texts(item.getAsJsonArray("options")))
        : TestQuestions.openEnded(item.get("answer").getAsString(), texts(aliases(item)));
  }

  private static JsonArray aliases(JsonObject item) {
    return item.has("aliases") ? item.getAsJsonArray("aliases") : new JsonArray();
  }

  private static String[] texts(JsonArray array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(element -> element.getAsString())
        .toArray(String[]::new);
  }
}
