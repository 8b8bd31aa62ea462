package dev.craftstream.prompt.chat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.craftstream.prompt.jinja.Callable;
import dev.craftstream.prompt.jinja.JinjaTemplate;
import dev.craftstream.prompt.jinja.TemplateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A model's own template: the Jinja in {@code chat_template} of its {@code tokenizer_config.json},
 * or a {@code .jinja} file with that configuration beside it.
 *
 * <p>The template sees what {@code apply_chat_template} gives it: {@code messages}, {@code
 * add_generation_prompt}, no {@code tools} and {@code documents}, the special tokens that the
 * configuration names, the functions {@code raise_exception} and {@code strftime_now}, and further
 * values.
 */
public final class ModelTemplate implements ChatTemplate {
  private static final String CONFIGURATION = "tokenizer_config.json";
  private static final List<String> SPECIAL_TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private final Path file;
  private final JinjaTemplate template;
  private final Map<String, Object> values;
  private final Set<String> controlTokens;

  private ModelTemplate(
      Path file, JinjaTemplate template, Map<String, Object> values, Set<String> controlTokens) {
    this.file = file;
    this.template = template;
    this.values = values;
    this.controlTokens = controlTokens;
  }

  /**
   * Reads a template.
   *
   * @param date the day that {@code strftime_now} names; null: a template that asks for it fails
   * @param values further values, such as {@code enable_thinking}
   * @throws IllegalArgumentException where there is none that can be read, with a sentence
   */
  public static ModelTemplate read(Path file, LocalDate date, Map<String, Object> values) {
    boolean isConfiguration = file.toString().endsWith(".json");
    Path beside = file.resolveSibling(CONFIGURATION);
    JsonObject configuration =
        isConfiguration ? json(file) : Files.exists(beside) ? json(beside) : new JsonObject();
    String source = isConfiguration ? source(configuration, file) : text(file);
    Map<String, Object> all = new LinkedHashMap<>();
    for (String name : SPECIAL_TOKENS) {
      String token = token(configuration.get(name));
      if (!token.isEmpty()) {
        all.put(name, token);
      }
    }
    for (String needed : List.of("bos_token", "eos_token")) {
      if (source.contains(needed) && !isConfiguration && !Files.exists(beside)) {
        throw new IllegalArgumentException(
            "The chat template %s uses %s, and there is no %s beside it that says which it is; put the model's there."
                .formatted(file, needed, CONFIGURATION));
      }
    }
    all.put("tools", null);
    all.put("documents", null);
    all.put("add_generation_prompt", true);
    all.put("strftime_now", (Callable) (given, named) -> formatted(date, given));
    all.put("raise_exception", (Callable) (given, named) -> refused(given));
    all.putAll(values);
    try {
      return new ModelTemplate(file, JinjaTemplate.of(source), all, controlTokens(configuration));
    } catch (TemplateException e) {
      throw failure(file, "can't be read", e);
    }
  }

  @Override
  public String render(List<Turn> turns) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.put(
        "messages",
        turns.stream()
            .map(turn -> Map.<String, Object>of("role", turn.role().key(), "content", turn.text()))
            .toList());
    try {
      return template.render(all);
    } catch (TemplateException e) {
      throw failure(file, "can't be rendered", e);
    }
  }

  @Override
  public String beginToken() {
    return values.get("bos_token") instanceof String token ? token : "";
  }

  @Override
  public Set<String> controlTokens() {
    return controlTokens;
  }

  private static Object refused(List<Object> given) {
    throw new TemplateException(
        "It says: " + (given.isEmpty() ? "nothing" : String.valueOf(given.get(0))));
  }

  private static String formatted(LocalDate date, List<Object> given) {
    if (date == null) {
      throw new TemplateException(
          "It names today's date, so that each day's prompts would be others and could not be"
              + " compared. Set chat-template.date to the day that it shall name");
    }
    if (given.size() != 1 || !(given.get(0) instanceof String format)) {
      throw new TemplateException("strftime_now takes one text");
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      text.append(c == '%' && i + 1 < format.length() ? part(date, format.charAt(++i)) : c);
    }
    return text.toString();
  }

  /** A part of the date; the time of day is midnight. */
  private static String part(LocalDate date, char code) {
    String pattern =
        switch (code) {
          case 'Y' -> "uuuu";
          case 'y' -> "uu";
          case 'm' -> "MM";
          case 'd' -> "dd";
          case 'j' -> "DDD";
          case 'B' -> "MMMM";
          case 'b' -> "MMM";
          case 'A' -> "EEEE";
          case 'a' -> "EEE";
          case 'H', 'M', 'S' -> "'00'";
          case '%' -> "'%'";
          default -> throw new TemplateException("strftime_now does not know %" + code);
        };
    return date.format(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH));
  }

  private static String source(JsonObject configuration, Path file) {
    JsonElement template = configuration.get("chat_template");
    if (template != null && template.isJsonArray()) {
      for (JsonElement named : template.getAsJsonArray()) {
        if (named.isJsonObject() && "default".equals(string(named.getAsJsonObject().get("name")))) {
          template = named.getAsJsonObject().get("template");
        }
      }
    }
    String source = string(template);
    if (source.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no chat_template in %s. Newer models have it in a file chat_template.jinja: name that."
              .formatted(file));
    }
    return source;
  }

  private static Set<String> controlTokens(JsonObject configuration) {
    Set<String> tokens = new LinkedHashSet<>();
    for (String name : SPECIAL_TOKENS) {
      tokens.add(token(configuration.get(name)));
    }
    if (configuration.get("additional_special_tokens") instanceof JsonArray additional) {
      additional.forEach(token -> tokens.add(token(token)));
    }
    if (configuration.get("added_tokens_decoder") instanceof JsonObject added) {
      for (Map.Entry<String, JsonElement> entry : added.entrySet()) {
        if (entry.getValue() instanceof JsonObject token
            && token.get("special") != null
            && token.get("special").getAsBoolean()) {
          tokens.add(token(token));
        }
      }
    }
    tokens.removeIf(String::isBlank);
    return tokens;
  }

  /** A token is written as a text, or as an object with it as content. */
  private static String token(JsonElement token) {
    return token instanceof JsonObject object ? string(object.get("content")) : string(token);
  }

  private static String string(JsonElement element) {
    return element != null && element.isJsonPrimitive() && element.getAsJsonPrimitive().isString()
        ? element.getAsString()
        : "";
  }

  private static JsonObject json(Path file) {
    try {
      return JsonParser.parseString(text(file)).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new IllegalArgumentException(file + " is no JSON object.", e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The chat template "
              + file
              + " can't be read as UTF-8 text: "
              + e.getClass().getSimpleName()
              + (e.getMessage() == null ? "" : " " + e.getMessage())
              + ".",
          e);
    }
  }

  private static IllegalArgumentException failure(Path file, String what, TemplateException cause) {
    String message = cause.getMessage();
    return new IllegalArgumentException(
        "The chat template %s %s. %s%s"
            .formatted(file, what, message, message.endsWith(".") ? "" : "."),
        cause);
  }
}
