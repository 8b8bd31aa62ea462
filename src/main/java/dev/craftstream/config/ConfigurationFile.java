package dev.craftstream.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.YamlParserUtils;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a YAML file of options: nested keys are joined by dots, lists by semicolons, as Flink
 * writes them.
 */
public final class ConfigurationFile {

  private static final int MAX_DEPTH = 20;
  private static final LoadSettings SETTINGS = LoadSettings.builder().build();

  private ConfigurationFile() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException where it cannot be read or is no mapping of keys to values
   */
  public static Configuration read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The configuration file "
              + file
              + " cannot be read as UTF-8 text; check its name and its rights.",
          e);
    }
  }

  /**
   * Reads the text of a file.
   *
   * @param name of the file, for messages
   * @throws IllegalArgumentException where it is no mapping of keys to values
   */
  public static Configuration parse(String name, String text) {
    Object content;
    try {
      requireFlat(name, text);
      content = new Load(SETTINGS).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(
          "The configuration file " + name + " is not YAML" + problem(e) + ".");
    }
    Configuration options = new Configuration();
    if (content instanceof Map<?, ?> mapping) {
      flatten("", mapping, options);
    } else if (content != null) {
      throw new IllegalArgumentException(
          "The configuration file " + name + " must hold lines of the form `key: value`.");
    }
    return options;
  }

  /**
   * Refuses what would end the stack of those who walk through it: what is nested very deep, or
   * holds itself.
   */
  private static void requireFlat(String file, String text) {
    Deque<Optional<Anchor>> open = new ArrayDeque<>();
    for (Event event : new Parse(SETTINGS).parseString(text)) {
      if (event instanceof CollectionStartEvent collection) {
        open.push(collection.getAnchor());
      } else if (event instanceof CollectionEndEvent) {
        open.pop();
      } else if (event instanceof AliasEvent alias
          && open.contains(Optional.of(alias.getAlias()))) {
        throw new IllegalArgumentException(
            "In the configuration file %s, *%s stands within what it names; write its values out."
                .formatted(file, alias.getAlias()));
      }
      if (open.size() > MAX_DEPTH) {
        throw new IllegalArgumentException(
            "The configuration file %s is nested more than %d deep; no option is."
                .formatted(file, MAX_DEPTH));
      }
    }
  }

  /** Without the lines around it that the library quotes: the file's texts stay in the file. */
  private static String problem(YamlEngineException failure) {
    if (failure instanceof MarkedYamlEngineException marked) {
      return marked
              .getProblemMark()
              .map(
                  mark ->
                      " in line %d, column %d".formatted(mark.getLine() + 1, mark.getColumn() + 1))
              .orElse("")
          + (marked.getProblem() == null ? "" : ": " + marked.getProblem());
    }
    return "";
  }

  private static void flatten(String prefix, Map<?, ?> mapping, Configuration options) {
    mapping.forEach(
        (name, value) -> {
          String key = prefix + name;
          if (value instanceof Map<?, ?> nested) {
            flatten(key + ".", nested, options);
          } else if (value instanceof List<?> list) {
            options.setString(key, YamlParserUtils.toYAMLString(list));
          } else if (value != null) {
            options.setString(key, value.toString());
          }
        });
  }
}
