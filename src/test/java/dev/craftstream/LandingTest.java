package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables that topics are landed in have columns of the topics' schemas. */
class LandingTest {
  private static final Path SQL = Path.of("deploy/landing/iceberg.sql");

  /** The types that a field of each type of the schemas may have as a column. */
  private static final Map<String, List<String>> COLUMN_TYPES =
      Map.of(
          "string", List.of("STRING"),
          "number", List.of("DOUBLE"),
          "integer", List.of("INT", "BIGINT"),
          "boolean", List.of("BOOLEAN"),
          "array", List.of("ARRAY<STRING>"),
          // Proto3 JSON writes numbers of 64 bits as strings.
          "^-?[0-9]{1,19}$", List.of("BIGINT"),
          "^[0-9]{1,20}$", List.of("DECIMAL(20, 0)"));

  @ParameterizedTest
  @CsvSource({
    "datasets, DatasetRecord",
    "dataset_manifests, DatasetManifest",
    "instructions, Instruction",
  })
  void eachColumnIsAFieldOfTheSchemaAndOfItsType(String table, String schema) throws IOException {
    JsonNode fields =
        new ObjectMapper()
            .readTree(
                Path.of("docs/reference/schemas/craftstream.v1.%s.schema.json".formatted(schema))
                    .toFile());
    Map<String, String> topic = columns("TEMPORARY TABLE " + table + "_topic");

    assertThat(columns("TABLE IF NOT EXISTS lake.craft." + table)).isEqualTo(topic);
    topic.remove("record_key");
    assertThat(topic).isNotEmpty();
    hold(topic, fields, fields);
  }

  @Test
  void topicsHaveTheirDefaultNames() throws IOException {
    assertThat(Pattern.compile("'topic' = '(.*)'").matcher(Files.readString(SQL)).results())
        .extracting(found -> found.group(1))
        .containsExactly("datasets", "dataset-manifests", "instructions");
  }

  private static void hold(Map<String, String> columns, JsonNode type, JsonNode schema) {
    columns.forEach(
        (name, column) -> {
          JsonNode field = resolved(type.path("properties").path(name), schema);
          assertThat(field.isMissingNode()).as("the schema has no field %s", name).isFalse();
          if (field.path("type").asText().equals("object")) {
            assertThat(column).startsWith("ROW<").endsWith(">");
            hold(split(column.substring("ROW<".length(), column.length() - 1)), field, schema);
          } else {
            String kind =
                field.has("pattern") ? field.get("pattern").asText() : field.get("type").asText();
            assertThat(COLUMN_TYPES.get(kind)).as(name).contains(column);
          }
        });
  }

  /** What a field refers to, however it is wrapped. */
  private static JsonNode resolved(JsonNode field, JsonNode schema) {
    String reference = field.findPath("$ref").asText();
    return reference.isEmpty() ? field : schema.at(reference.substring(1));
  }

  /** Name and type of each column of a table, in order. */
  private static Map<String, String> columns(String table) throws IOException {
    Matcher found =
        Pattern.compile("CREATE " + Pattern.quote(table) + " \\((.*?)\n\\)", Pattern.DOTALL)
            .matcher(Files.readString(SQL));
    assertThat(found.find()).as(table).isTrue();
    return split(found.group(1));
  }

  private static Map<String, String> split(String columns) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    StringBuilder part = new StringBuilder();
    for (char c : columns.replaceAll("\\s+", " ").toCharArray()) {
      depth += c == '(' || c == '<' ? 1 : c == ')' || c == '>' ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    Map<String, String> types = new LinkedHashMap<>();
    for (String column : parts) {
      String[] words = column.trim().split(" ", 2);
      if (!words[0].equals("PRIMARY")) {
        types.put(
            words[0], words[1].replace("< ", "<").replace(" >", ">").replace(" NOT NULL", ""));
      }
    }
    return types;
  }
}
