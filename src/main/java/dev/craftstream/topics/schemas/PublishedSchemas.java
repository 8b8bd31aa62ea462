package dev.craftstream.topics.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import dev.craftstream.topics.records.TopicSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The files in which the topics and their schemas are published. */
public final class PublishedSchemas {
  private static final ObjectWriter WRITER =
      new ObjectMapper()
          .writer(
              new DefaultPrettyPrinter()
                  .withArrayIndenter(new DefaultIndenter("  ", "\n"))
                  .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                  .withSeparators(
                      Separators.createDefaultInstance()
                          .withObjectFieldValueSpacing(Separators.Spacing.AFTER)));

  private PublishedSchemas() {}

  /**
   * Their texts by their names: a JSON Schema of each topic's records, and the AsyncAPI document.
   */
  public static Map<String, String> texts() {
    Descriptors descriptors = Descriptors.read();
    Map<String, String> texts = new TreeMap<>();
    for (TopicSchema topic : TopicSchema.values()) {
      texts.put(jsonSchema(topic), text(schema(topic, descriptors)));
    }
    texts.put("asyncapi.json", text(new AsyncApi(descriptors).document()));
    return texts;
  }

  /** The name of the JSON Schema of a topic's records. */
  public static String jsonSchema(TopicSchema topic) {
    return topic.schemaName() + ".schema.json";
  }

  /**
   * Writes them, and the Protobuf descriptors as {@code craftstream.v1.binpb}.
   *
   * @param folder is made where it is not there
   */
  public static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, String> text : texts().entrySet()) {
      Files.writeString(folder.resolve(text.getKey()), text.getValue(), UTF_8);
    }
    Files.write(folder.resolve("craftstream.v1.binpb"), Descriptors.read().files().toByteArray());
  }

  private static ObjectNode schema(TopicSchema topic, Descriptors descriptors) {
    Descriptor message = topic.empty().getDescriptorForType();
    Map<String, ObjectNode> all =
        new JsonSchemas(descriptors, "#/$defs/").all(message, topic.isInput());
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", message.getFullName());
    schema.setAll(all.remove(message.getName()));
    if (!all.isEmpty()) {
      schema.putObject("$defs").setAll(all);
    }
    return schema;
  }

  private static String text(ObjectNode json) {
    try {
      return WRITER.writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A schema can't be written.", e);
    }
  }
}
