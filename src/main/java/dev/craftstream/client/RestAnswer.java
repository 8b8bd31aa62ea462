package dev.craftstream.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * What a REST API answered, or a part of that. What it lacks is an {@link IOException} with a
 * sentence: anybody may be at the address.
 *
 * @param rest the API's address
 * @param place what was asked, and which part of the answer this is; for the sentence
 */
record RestAnswer(URI rest, String place, JsonNode json) {
  private static final ObjectReader READER =
      new JsonMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  static RestAnswer parsed(URI rest, String path, String body) throws IOException {
    try {
      return new RestAnswer(rest, path + ": ", READER.readTree(body));
    } catch (JsonProcessingException e) {
      throw notFlink(rest, path + " is answered with no JSON", e);
    }
  }

  /** Where what answers is of another kind. */
  static IOException notFlink(URI rest, String reason, Exception cause) {
    return new IOException(
        "What answers at %s is not Flink's REST API, or another version's (%s); check the address."
            .formatted(rest, reason),
        cause);
  }

  /** A part of an object. */
  RestAnswer get(String name) throws IOException {
    JsonNode part = json.get(name);
    if (part == null) {
      throw wrong("there is no " + name);
    }
    return new RestAnswer(rest, place + name + ", ", part);
  }

  List<RestAnswer> list() throws IOException {
    if (!json.isArray()) {
      throw wrong("a list is missing");
    }
    List<RestAnswer> parts = new ArrayList<>();
    for (JsonNode part : json) {
      parts.add(new RestAnswer(rest, place, part));
    }
    return parts;
  }

  String text() throws IOException {
    if (json.isTextual()) {
      return json.textValue();
    }
    throw wrong("a text is missing");
  }

  /** A number, which may be written as a text: that is how Flink writes NaN. */
  double number() throws IOException {
    if (json.isNumber() || json.isTextual()) {
      try {
        return Double.parseDouble(json.asText());
      } catch (NumberFormatException e) {
        // As where there is none.
      }
    }
    throw wrong("a number is missing");
  }

  private IOException wrong(String reason) {
    return notFlink(rest, place + reason, null);
  }
}
