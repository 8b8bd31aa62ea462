package dev.craftstream.topics.schemas;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.craftstream.topics.kafka.EventHeaders;
import dev.craftstream.topics.kafka.ReplayHeaders;
import dev.craftstream.topics.records.TopicSchema;
import java.util.Map;
import java.util.TreeMap;

/** The topics as an AsyncAPI 3.0 document: the job receives its input and sends its output. */
final class AsyncApi {
  private static final String KAFKA_BINDING = "0.5.0";

  private final Descriptors descriptors;

  AsyncApi(Descriptors descriptors) {
    this.descriptors = descriptors;
  }

  ObjectNode document() {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("asyncapi", "3.0.0");
    document
        .putObject("info")
        .put("title", "craft-stream")
        // Of the interface: the schemas' package. Fields are only added within it.
        .put("version", "1")
        .put(
            "description",
            "The Kafka topics of the curation job. A deployment may put a prefix before their names (kafka.topic-prefix) and write Protobuf instead of JSON (kafka.format).")
        .putObject("license")
        .put("name", "Apache 2.0")
        .put("url", "https://www.apache.org/licenses/LICENSE-2.0");
    document.put("defaultContentType", "application/json");
    ObjectNode channels = document.putObject("channels");
    ObjectNode operations = document.putObject("operations");
    ObjectNode messages = JsonNodeFactory.instance.objectNode();
    Map<String, ObjectNode> schemas = new TreeMap<>();
    for (TopicSchema topic : TopicSchema.values()) {
      String name = topic.empty().getDescriptorForType().getName();
      channels.set(topic.topic(), channel(topic, name));
      operations.set((topic.isInput() ? "receive-" : "send-") + topic.topic(), operation(topic));
      messages.set(name, message(topic, name));
      schemas.putAll(
          new JsonSchemas(descriptors, "#/components/schemas/")
              .all(topic.empty().getDescriptorForType(), topic.isInput()));
    }
    schemas.put("Headers", headers());
    ObjectNode components = document.putObject("components");
    components.set("messages", messages);
    components.putObject("schemas").setAll(schemas);
    return document;
  }

  private static ObjectNode channel(TopicSchema topic, String message) {
    ObjectNode channel = JsonNodeFactory.instance.objectNode();
    channel.put("address", topic.topic());
    channel
        .putObject("messages")
        .putObject(message)
        .put("$ref", "#/components/messages/" + message);
    channel
        .putObject("bindings")
        .putObject("kafka")
        .put("topic", topic.topic())
        .put("bindingVersion", KAFKA_BINDING)
        .putObject("topicConfiguration")
        .putArray("cleanup.policy")
        .add(topic.isCompacted() ? "compact" : "delete");
    return channel;
  }

  private static ObjectNode operation(TopicSchema topic) {
    ObjectNode operation = JsonNodeFactory.instance.objectNode();
    operation.put("action", topic.isInput() ? "receive" : "send");
    operation.putObject("channel").put("$ref", "#/channels/" + topic.topic());
    return operation;
  }

  private ObjectNode message(TopicSchema topic, String name) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("name", topic.schemaName());
    String comment = descriptors.comment(topic.schemaName());
    if (!comment.isEmpty()) {
      message.put("description", comment);
    }
    message.put("contentType", "application/json");
    message.putObject("headers").put("$ref", "#/components/schemas/Headers");
    message.putObject("payload").put("$ref", "#/components/schemas/" + name);
    message
        .putObject("bindings")
        .putObject("kafka")
        .put("bindingVersion", KAFKA_BINDING)
        .putObject("key")
        .put("type", "string")
        .put("description", topic.key());
    return message;
  }

  /** The job's input may come without them. */
  private static ObjectNode headers() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    header(properties, EventHeaders.CONTENT_TYPE, "application/json or application/protobuf.");
    header(properties, EventHeaders.SPEC_VERSION, "The version of CloudEvents, 1.0.");
    header(
        properties,
        EventHeaders.TYPE,
        "The schema, its version in its name, such as craftstream.v1.Instruction.");
    header(properties, EventHeaders.SOURCE, "The job, by its kafka.transactional-id-prefix.");
    header(properties, EventHeaders.ID, "Another one for each record of the source.");
    header(properties, EventHeaders.VERSION, "The version of craft-stream that wrote the record.");
    header(
        properties,
        ReplayHeaders.FROM,
        "Input that was replayed: where the original lies, such as questions-3-4711.");
    header(properties, ReplayHeaders.COUNT, "Input that was replayed: how often.");
    return schema;
  }

  private static void header(ObjectNode properties, String name, String description) {
    properties.putObject(name).put("type", "string").put("description", description);
  }
}
