package dev.craftstream.client.exchange;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.craftstream.v1.DatasetRecord;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The forms that are JSON objects, one a line. */
final class JsonLines {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();

  /** A row's fields. */
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  /** Where the lines of a row go. */
  interface Line {
    void write(Fields fields) throws IOException;
  }

  /** Makes the lines of a row: one in most forms. */
  interface Form {
    void write(Line line, DatasetRecord row, RowStyle style) throws IOException;
  }

  private JsonLines() {}

  static void chat(Line line, DatasetRecord row, RowStyle style) throws IOException {
    line.write(
        json -> {
          json.writeArrayFieldStart("messages");
          if (!style.system().isEmpty()) {
            turn(json, "role", "system", "content", style.system());
          }
          turn(json, "role", "user", "content", row.getPrompt());
          turn(json, "role", "assistant", "content", row.getResponse());
          json.writeEndArray();
        });
  }

  static void shareGpt(Line line, DatasetRecord row, RowStyle style) throws IOException {
    line.write(
        json -> {
          json.writeArrayFieldStart("conversations");
          turn(json, "from", "human", "value", row.getPrompt());
          turn(json, "from", "gpt", "value", row.getResponse());
          json.writeEndArray();
          system(json, style.system());
        });
  }

  static void alpaca(Line line, DatasetRecord row, RowStyle style) throws IOException {
    line.write(
        json -> {
          json.writeStringField("instruction", row.getPrompt());
          json.writeStringField("input", "");
          json.writeStringField("output", row.getResponse());
          system(json, style.system());
        });
  }

  static void turn(JsonGenerator json, String whoField, String who, String textField, String text)
      throws IOException {
    json.writeStartObject();
    json.writeStringField(whoField, who);
    json.writeStringField(textField, text);
    json.writeEndObject();
  }

  private static void system(JsonGenerator json, String system) throws IOException {
    if (!system.isEmpty()) {
      json.writeStringField("system", system);
    }
  }

  static void write(ExportedDataset dataset, RowStyle style, Form form, Path file)
      throws IOException {
    double[] weights = style.weights() ? CertaintyWeights.of(dataset) : null;
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        JsonGenerator json = FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      boolean[] any = {false};
      for (int i = 0; i < dataset.rows().size(); i++) {
        int index = i;
        form.write(
            fields -> {
              json.writeStartObject();
              fields.write(json);
              if (weights != null) {
                json.writeNumberField("weight", weights[index]);
              }
              json.writeEndObject();
              any[0] = true;
            },
            dataset.rows().get(i),
            style);
      }
      if (any[0]) {
        json.writeRaw('\n');
      }
    }
  }

  /** What LLaMA-Factory looks a dataset up in: its name, and which field means what. */
  static void llamaFactoryInfo(ExportFormat format, String name, String system, Path file)
      throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        JsonGenerator json = FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      json.setPrettyPrinter(new DefaultPrettyPrinter());
      json.writeStartObject();
      json.writeObjectFieldStart(name);
      json.writeStringField("file_name", format.fileName());
      json.writeStringField("formatting", format == ExportFormat.SHAREGPT ? "sharegpt" : "alpaca");
      json.writeObjectFieldStart("columns");
      if (format == ExportFormat.SHAREGPT) {
        json.writeStringField("messages", "conversations");
      } else {
        json.writeStringField("prompt", "instruction");
        json.writeStringField("query", "input");
        json.writeStringField("response", "output");
      }
      if (!system.isEmpty()) {
        json.writeStringField("system", "system");
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }
}
