package dev.craftstream.prompt;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.craftstream.model.Question;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The solved questions that a knowledge query shows before its own.
 *
 * <p>As JSON: {@code {"openEnded": [{"question": "..", "answer": ".."}, ..], "multipleChoice":
 * [{"question": "..", "options": ["..", ".."], "target": "B"}, ..]}}. Either list may be empty: the
 * question is then asked without an example.
 *
 * @param openEnded shown before open-ended questions, in this order
 * @param multipleChoice shown before multiple-choice questions, in this order
 */
public record Shots(List<OpenEnded> openEnded, List<MultipleChoice> multipleChoice)
    implements Serializable {

  private static final String BUILT_IN = "/prompts/shots.json";

  public Shots {
    openEnded = List.copyOf(openEnded);
    multipleChoice = List.copyOf(multipleChoice);
  }

  /** An open-ended question and its answer. */
  public record OpenEnded(String question, String answer) implements Serializable {
    public OpenEnded {
      requireText("question", question);
      requireText("answer", answer);
    }
  }

  /**
   * A multiple-choice question and its answer.
   *
   * @param options 2 to 26 texts in the order of their letters
   * @param target the right option's letter
   */
  public record MultipleChoice(String question, List<String> options, String target)
      implements Serializable {
    public MultipleChoice {
      requireText("question", question);
      options = List.copyOf(options);
      if (options.size() < 2 || options.size() > 26) {
        throw new IllegalArgumentException(
            "it has " + options.size() + " options; give 2 to 26, one for each letter.");
      }
      for (String option : options) {
        requireText("option", option);
      }
      String last = Question.optionLetter(options.size() - 1);
      if (target.length() != 1 || target.compareTo("A") < 0 || target.compareTo(last) > 0) {
        throw new IllegalArgumentException(
            "its target is \"" + target + "\"; give the right option's letter, A to " + last + ".");
      }
    }
  }

  /** The project's own: three open-ended and five multiple-choice ones. */
  public static Shots builtIn() {
    try (InputStream in = Shots.class.getResourceAsStream(BUILT_IN)) {
      if (in == null) {
        throw new IllegalStateException("The jar lacks its resource " + BUILT_IN + ".");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), BUILT_IN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A user's own.
   *
   * @throws IllegalArgumentException where the file can't be read or is not of the form above
   */
  public static Shots read(Path file) {
    String json;
    try {
      json = Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The shots file "
              + file
              + " can't be read as UTF-8 text: "
              + e.getClass().getSimpleName()
              + (e.getMessage() == null ? "" : " " + e.getMessage())
              + ".",
          e);
    }
    return parse(json, file.toString());
  }

  /**
   * Reads the form above.
   *
   * @param source where it came from, for the messages
   * @throws IllegalArgumentException where it is not of that form
   */
  static Shots parse(String json, String source) {
    JsonElement root;
    try {
      root = JsonParser.parseString(json);
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(
          "The shots in " + source + " are no JSON: " + e.getMessage(), e);
    }
    JsonObject object =
        object(root, "The shots in " + source, Set.of("openEnded", "multipleChoice"));
    List<OpenEnded> openEnded = new ArrayList<>();
    for (JsonElement element : array(object, "openEnded", "The shots in " + source)) {
      String where = "Open-ended shot " + (openEnded.size() + 1) + " in " + source;
      JsonObject shot = object(element, where, Set.of("question", "answer"));
      String question = text(shot, "question", where);
      String answer = text(shot, "answer", where);
      openEnded.add(naming(where, () -> new OpenEnded(question, answer)));
    }
    List<MultipleChoice> multipleChoice = new ArrayList<>();
    for (JsonElement element : array(object, "multipleChoice", "The shots in " + source)) {
      String where = "Multiple-choice shot " + (multipleChoice.size() + 1) + " in " + source;
      JsonObject shot = object(element, where, Set.of("question", "options", "target"));
      String question = text(shot, "question", where);
      String target = text(shot, "target", where);
      List<String> options = new ArrayList<>();
      for (JsonElement option : array(shot, "options", where)) {
        options.add(text(option, "options", where));
      }
      multipleChoice.add(naming(where, () -> new MultipleChoice(question, options, target)));
    }
    return new Shots(openEnded, multipleChoice);
  }

  private interface Make<T> {
    T make();
  }

  private static <T> T naming(String where, Make<T> shot) {
    try {
      return shot.make();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
  }

  private static void requireText(String name, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("its " + name + " is blank; give a text.");
    }
  }

  private static JsonObject object(JsonElement element, String where, Set<String> fields) {
    if (!element.isJsonObject()) {
      throw new IllegalArgumentException(where + ": an object with " + fields + " is expected.");
    }
    for (String field : element.getAsJsonObject().keySet()) {
      if (!fields.contains(field)) {
        throw new IllegalArgumentException(
            where + ": \"" + field + "\" is not known; the fields are " + fields + ".");
      }
    }
    return element.getAsJsonObject();
  }

  private static JsonArray array(JsonObject object, String field, String where) {
    JsonElement element = object.get(field);
    if (element == null || !element.isJsonArray()) {
      throw new IllegalArgumentException(
          where + ": the list \"" + field + "\" is missing; an empty one is written [].");
    }
    return element.getAsJsonArray();
  }

  private static String text(JsonObject object, String field, String where) {
    return text(object.get(field), field, where);
  }

  private static String text(JsonElement element, String field, String where) {
    if (element == null || !element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
      throw new IllegalArgumentException(
          where + ": \"" + field + "\" is missing or is no text in double quotes.");
    }
    return element.getAsString();
  }
}
