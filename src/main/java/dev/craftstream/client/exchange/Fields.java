package dev.craftstream.client.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Takes what a form asks for out of a JSON object, and says what is there instead. */
final class Fields {
  private Fields() {}

  /** A text that has to be there. */
  static String text(JsonNode object, String name) throws UnreadableRecord {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      throw new UnreadableRecord(name + " is missing; a string is needed.");
    }
    if (!value.isTextual()) {
      throw new UnreadableRecord("%s is %s; a string is needed.".formatted(name, kind(value)));
    }
    return value.textValue();
  }

  /** An object that has to be there. */
  static JsonNode object(JsonNode object, String name) throws UnreadableRecord {
    JsonNode value = object.get(name);
    if (value == null || !value.isObject()) {
      throw new UnreadableRecord(
          "%s is %s; an object is needed."
              .formatted(name, value == null ? "missing" : kind(value)));
    }
    return value;
  }

  /** The objects of a list that has to be there. */
  static List<JsonNode> objects(JsonNode object, String name) throws UnreadableRecord {
    JsonNode value = object.get(name);
    if (value == null || !value.isArray()) {
      throw new UnreadableRecord(
          "%s is %s; a list is needed.".formatted(name, value == null ? "missing" : kind(value)));
    }
    List<JsonNode> objects = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isObject()) {
        throw new UnreadableRecord(
            "%s[%d] is %s; an object is needed.".formatted(name, objects.size(), kind(item)));
      }
      objects.add(item);
    }
    return objects;
  }

  /** The texts of a list that say something; none where the list is missing. */
  static List<String> texts(JsonNode object, String name) throws UnreadableRecord {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw new UnreadableRecord(
          "%s is %s; a list of strings is needed.".formatted(name, kind(value)));
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isTextual()) {
        throw new UnreadableRecord(
            "An entry of %s is %s; strings are needed.".formatted(name, kind(item)));
      }
      // A blank alias is part of every answer, and would make all of them right.
      if (!item.textValue().isBlank()) {
        texts.add(item.textValue());
      }
    }
    return texts;
  }

  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case NUMBER -> "the number " + value.asText();
      case BOOLEAN, NULL -> value.asText();
      default -> "nothing";
    };
  }
}
