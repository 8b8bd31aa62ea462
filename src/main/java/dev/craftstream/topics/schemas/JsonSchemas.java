package dev.craftstream.topics.schemas;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.craftstream.topics.records.RecordEncoder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * JSON Schemas of the topics' messages in the JSON form that the job writes: names as in the {@code
 * .proto} files, enums by name, 64-bit numbers as strings, bytes as Base64, what is not set left
 * out. They use what draft 7 and draft 2020-12 have in common.
 */
final class JsonSchemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Descriptors descriptors;
  private final String definitions;

  /**
   * @param definitions where schemas of messages and enums lie, such as {@code #/$defs/}
   */
  JsonSchemas(Descriptors descriptors, String definitions) {
    this.descriptors = descriptors;
    this.definitions = definitions;
  }

  /** Schemas of a message and of all that it is made of, by their names without the package. */
  Map<String, ObjectNode> all(Descriptor message, boolean isInput) {
    Map<String, ObjectNode> schemas = new TreeMap<>();
    collect(message, isInput, schemas);
    return schemas;
  }

  private void collect(Descriptor message, boolean isInput, Map<String, ObjectNode> schemas) {
    if (schemas.containsKey(message.getName())) {
      return;
    }
    schemas.put(message.getName(), message(message, isInput));
    for (FieldDescriptor field : message.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collect(field.getMessageType(), isInput, schemas);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
        schemas.computeIfAbsent(
            field.getEnumType().getName(), any -> enumeration(field.getEnumType()));
      }
    }
  }

  private ObjectNode message(Descriptor message, boolean isInput) {
    ObjectNode schema = described(message.getFullName());
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = JSON.arrayNode();
    Set<FieldDescriptor> always = RecordEncoder.alwaysWritten();
    for (FieldDescriptor field : message.getFields()) {
      properties.set(field.getName(), field(field));
      if (always.contains(field)) {
        required.add(field.getName());
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    for (OneofDescriptor choice : message.getRealOneofs()) {
      ArrayNode cases = schema.putArray("oneOf");
      choice
          .getFields()
          .forEach(field -> cases.addObject().putArray("required").add(field.getName()));
    }
    // The job refuses unknown fields of its input; readers of its output pass newer ones over.
    schema.put("additionalProperties", !isInput);
    return schema;
  }

  private ObjectNode field(FieldDescriptor field) {
    ObjectNode schema = described(field.getFullName());
    if (field.isRepeated()) {
      schema.put("type", "array");
      schema.set("items", value(field, JSON.objectNode()));
      return schema;
    }
    return value(field, schema);
  }

  private ObjectNode value(FieldDescriptor field, ObjectNode schema) {
    switch (field.getJavaType()) {
      case STRING -> schema.put("type", "string");
      case BOOLEAN -> schema.put("type", "boolean");
      case DOUBLE, FLOAT -> schema.put("type", "number");
      case INT ->
          schema
              .put("type", "integer")
              .put("minimum", Integer.MIN_VALUE)
              .put("maximum", Integer.MAX_VALUE);
      case LONG ->
          schema
              .put("type", "string")
              .put(
                  "pattern",
                  field.getType() == FieldDescriptor.Type.FIXED64
                          || field.getType() == FieldDescriptor.Type.UINT64
                      ? "^[0-9]{1,20}$"
                      : "^-?[0-9]{1,19}$");
      case BYTE_STRING -> schema.put("type", "string").put("contentEncoding", "base64");
      case ENUM -> refer(schema, field.getEnumType().getName());
      case MESSAGE -> refer(schema, field.getMessageType().getName());
    }
    return schema;
  }

  /** Beside a reference draft 7 reads nothing else. */
  private void refer(ObjectNode schema, String name) {
    schema.putArray("allOf").addObject().put("$ref", definitions + name);
  }

  private ObjectNode enumeration(EnumDescriptor type) {
    ObjectNode schema = described(type.getFullName());
    schema.put("type", "string");
    ArrayNode names = schema.putArray("enum");
    type.getValues().forEach(value -> names.add(value.getName()));
    return schema;
  }

  private ObjectNode described(String name) {
    ObjectNode schema = JSON.objectNode();
    String comment = descriptors.comment(name);
    if (!comment.isEmpty()) {
      schema.put("description", comment);
    }
    return schema;
  }
}
