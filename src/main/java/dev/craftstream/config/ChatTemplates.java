package dev.craftstream.config;

import static dev.craftstream.config.DatasetOptions.*;
import static dev.craftstream.config.JudgeOptions.*;
import static dev.craftstream.config.KafkaOptions.*;
import static dev.craftstream.config.QueryOptions.*;

import dev.craftstream.prompt.chat.BuiltInFormat;
import dev.craftstream.prompt.chat.Chat;
import dev.craftstream.prompt.chat.ChatTemplate;
import dev.craftstream.prompt.chat.ModelTemplate;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/** The chat templates that the options name. */
final class ChatTemplates {

  /** Names no template. */
  static final String NONE = "NONE";

  private ChatTemplates() {}

  /** How a chat model is asked what it knows; empty for a model that goes on with a text. */
  static Optional<Chat> query(Configuration options) {
    return chat(options, QUERY_CHAT_TEMPLATE, QUERY_SYSTEM_PROMPT);
  }

  /** How it is asked to be evaluated. */
  static Optional<Chat> training(Configuration options) {
    return chat(options, TRAINING_CHAT_TEMPLATE, TRAINING_SYSTEM_PROMPT);
  }

  /** How a judge model is asked. */
  static Optional<Chat> judge(Configuration options) {
    return chat(options, JUDGE_CHAT_TEMPLATE, JUDGE_SYSTEM_PROMPT);
  }

  /** What no question may hold. */
  static List<String> refusedTokens(Configuration options) {
    return options.get(LIMITS_CONTROL_TOKENS) == ControlTokens.ALLOW
        ? List.of()
        : Stream.of(query(options), training(options), judge(options))
            .flatMap(Optional::stream)
            .flatMap(chat -> chat.controlTokens().stream())
            .distinct()
            .sorted()
            .toList();
  }

  private static Optional<Chat> chat(
      Configuration options, ConfigOption<String> template, ConfigOption<String> system) {
    String name = options.get(template).strip();
    String systemPrompt = options.get(system);
    if (name.equalsIgnoreCase(NONE) || name.isEmpty()) {
      if (!systemPrompt.isBlank()) {
        throw new IllegalArgumentException(
            system.key()
                + " is a turn of a conversation, and there is none without "
                + template.key()
                + "; set both or neither.");
      }
      return Optional.empty();
    }
    return Optional.of(
        new Chat(
            template(name, template, options),
            systemPrompt.isBlank() ? "" : systemPrompt,
            options.get(CHAT_TEMPLATE_BEGIN_TOKEN)));
  }

  private static ChatTemplate template(
      String name, ConfigOption<String> named, Configuration options) {
    for (BuiltInFormat format : BuiltInFormat.values()) {
      if (format.name().equalsIgnoreCase(name)) {
        return format;
      }
    }
    if (!name.endsWith(".json") && !name.endsWith(".jinja")) {
      throw new IllegalArgumentException(
          "There is no chat template "
              + name
              + ", as "
              + named.key()
              + " has it; name one of NONE, "
              + String.join(", ", Stream.of(BuiltInFormat.values()).map(Enum::name).toList())
              + ", or the path of a tokenizer_config.json or .jinja file.");
    }
    return ModelTemplate.read(Path.of(name), date(options), values(options));
  }

  private static LocalDate date(Configuration options) {
    String date = options.get(CHAT_TEMPLATE_DATE).strip();
    try {
      return date.isEmpty() ? null : LocalDate.parse(date);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          CHAT_TEMPLATE_DATE.key() + " is " + date + "; write a day as 2026-01-31.", e);
    }
  }

  private static Map<String, Object> values(Configuration options) {
    Map<String, Object> values = new LinkedHashMap<>();
    options.get(CHAT_TEMPLATE_VALUES).forEach((name, value) -> values.put(name, value(value)));
    return values;
  }

  private static Object value(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> value.matches("-?\\d{1,18}") ? (Object) Long.valueOf(value) : value;
    };
  }
}
