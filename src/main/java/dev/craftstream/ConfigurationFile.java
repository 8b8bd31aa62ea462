package dev.craftstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.YamlParserUtils;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a YAML file of options: nested keys are joined by dots, lists by semicolons, as Flink
 * writes them.
 */
public final class ConfigurationFile {

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
          "The configuration file " + file + " cannot be read; check its name and its rights.", e);
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
      content = new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(
          "The configuration file " + name + " is not YAML: " + e.getMessage(), e);
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
