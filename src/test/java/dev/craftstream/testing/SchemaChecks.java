package dev.craftstream.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.craftstream.topics.records.TopicSchema;
import dev.craftstream.topics.schemas.PublishedSchemas;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/** Holds records against the JSON Schemas that are published. */
public final class SchemaChecks {
  private static final Map<TopicSchema, JsonSchema> SCHEMAS = new EnumMap<>(TopicSchema.class);

  static {
    Map<String, String> texts = PublishedSchemas.texts();
    JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    for (TopicSchema topic : TopicSchema.values()) {
      SCHEMAS.put(topic, factory.getSchema(texts.get(PublishedSchemas.jsonSchema(topic))));
    }
  }

  private SchemaChecks() {}

  /** Fails where the value of a record is not as its topic's schema says. */
  public static void assertValid(TopicSchema topic, byte[] value) {
    String json = new String(value, StandardCharsets.UTF_8);
    assertThat(SCHEMAS.get(topic).validate(json, InputFormat.JSON)).as(json).isEmpty();
  }

  /** Whether the value of a record is as its topic's schema says. */
  public static boolean isValid(TopicSchema topic, String json) {
    return SCHEMAS.get(topic).validate(json, InputFormat.JSON).isEmpty();
  }
}
