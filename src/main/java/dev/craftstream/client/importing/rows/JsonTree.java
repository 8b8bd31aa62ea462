package dev.craftstream.client.importing.rows;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * One JSON value out of a parser, read to its end whatever is wrong with it, so that the next one
 * can be read. A name that is given twice is a mistake, for one of its values would be lost.
 */
final class JsonTree {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final JsonParser parser;
  private String twice;

  private JsonTree(JsonParser parser) {
    this.parser = parser;
  }

  /** The object that is all of a text. */
  static JsonNode whole(byte[] json) throws UnreadableRecord {
    try (JsonParser parser = JsonRows.MAPPER.createParser(json)) {
      parser.nextToken();
      JsonNode object = object(parser);
      if (parser.nextToken() != null) {
        throw new UnreadableRecord("There is more on the line than one JSON object.");
      }
      return object;
    } catch (IOException e) {
      throw new UnreadableRecord("The line is not JSON: " + sentence(e));
    }
  }

  /** A library's message as a sentence, for it says where the mistake lies. */
  static String sentence(IOException failure) {
    String message =
        failure instanceof JsonProcessingException json
            ? json.getOriginalMessage()
            : failure.getMessage();
    String line = String.valueOf(message).lines().findFirst().orElse("").strip();
    String shown = line.length() > 240 ? line.substring(0, 240) + "…" : line;
    return shown.endsWith(".") ? shown : shown + ".";
  }

  /** The object at whose beginning the parser stands. */
  static JsonNode object(JsonParser parser) throws IOException, UnreadableRecord {
    JsonTree tree = new JsonTree(parser);
    JsonNode node = tree.value();
    if (!node.isObject()) {
      throw new UnreadableRecord("This is %s; a JSON object is needed.".formatted(Row.kind(node)));
    }
    if (tree.twice != null) {
      throw new UnreadableRecord(tree.twice + " is given twice; once is allowed.");
    }
    return node;
  }

  private JsonNode value() throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> objectNode();
      case START_ARRAY -> arrayNode();
      case VALUE_STRING -> NODES.textNode(parser.getText());
      case VALUE_NUMBER_INT -> NODES.numberNode(parser.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      default -> NODES.nullNode();
    };
  }

  private ObjectNode objectNode() throws IOException {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (object.replace(name, value()) != null && twice == null) {
        twice = name;
      }
    }
    return object;
  }

  private ArrayNode arrayNode() throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value());
    }
    return array;
  }
}
