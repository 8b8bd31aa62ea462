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

  private interface Row {
    void write(JsonGenerator json, DatasetRecord row) throws IOException;
  }

  private JsonLines() {}

  static void chat(ExportedDataset dataset, String system, Path file) throws IOException {
    write(
        dataset,
        file,
        (json, row) -> {
          json.writeArrayFieldStart("messages");
          if (!system.isEmpty()) {
            turn(json, "role", "system", "content", system);
          }
          turn(json, "role", "user", "content", row.getPrompt());
          turn(json, "role", "assistant", "content", row.getResponse());
          json.writeEndArray();
        });
  }

  static void shareGpt(ExportedDataset dataset, String system, Path file) throws IOException {
    write(
        dataset,
        file,
        (json, row) -> {
          json.writeArrayFieldStart("conversations");
          turn(json, "from", "human", "value", row.getPrompt());
          turn(json, "from", "gpt", "value", row.getResponse());
          json.writeEndArray();
          system(json, system);
        });
  }

  static void alpaca(ExportedDataset dataset, String system, Path file) throws IOException {
    write(
        dataset,
        file,
        (json, row) -> {
          json.writeStringField("instruction", row.getPrompt());
          json.writeStringField("input", "");
          json.writeStringField("output", row.getResponse());
          system(json, system);
        });
  }

  private static void turn(
      JsonGenerator json, String whoField, String who, String textField, String text)
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

  private static void write(ExportedDataset dataset, Path file, Row form) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        JsonGenerator json = FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      for (DatasetRecord row : dataset.rows()) {
        json.writeStartObject();
        form.write(json, row);
        json.writeEndObject();
      }
      if (!dataset.rows().isEmpty()) {
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
