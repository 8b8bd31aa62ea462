package dev.craftstream.topics.kafka;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/**
 * Keeps secrets out of the settings. These travel with the job: into command lines, Flink's stored
 * job graph and its lineage events. A reference such as {@code ${env:NAME}} does that harmlessly;
 * Kafka's own config providers look the secret up in the process that connects.
 */
final class ClientSecrets {

  private static final String PROVIDERS = AdminClientConfig.CONFIG_PROVIDERS_CONFIG;

  /** The providers that are there without being configured. */
  private static final Map<String, Class<?>> BUILT_IN =
      Map.of(
          "env", EnvVarConfigProvider.class,
          "file", FileConfigProvider.class,
          "directory", DirectoryConfigProvider.class);

  private static final String WHAT_TO_DO =
      "name where it lies instead: ${env:NAME}, ${file:/path/of.properties:key} or ${directory:/path:file}";

  /** Kafka hides these in its logs because they are long; there is no secret in them. */
  private static final Set<String> PUBLIC =
      Set.of(
          SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG,
          SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG);

  /** One or more references and nothing else. */
  private static final Pattern REFERENCE = Pattern.compile("(?:\\$\\{[^{}:]+:[^{}]*})+");

  /** A name that says that its value is a secret. */
  private static final Pattern SECRET_NAME =
      Pattern.compile("(?i)password|passphrase|secret|token|credential");

  /** What is about a secret and none itself: where it lies, who hands it out, for how long. */
  private static final Pattern ABOUT_A_SECRET =
      Pattern.compile(
          "(?i).*[._-](?:class|url|uri|location|path|file|ms|seconds|name|type|source|enabled?)");

  /** The settings of a config provider; its own name is the user's. */
  private static final Pattern PROVIDER_SETTING =
      Pattern.compile(Pattern.quote(PROVIDERS) + "\\.[^.]+\\.");

  /** An option of a login module whose name says that its value is a secret, and the value. */
  private static final Pattern SECRET_OPTION =
      Pattern.compile(
          "(?i)[\\w.]*(?:password|passphrase|secret|token)[\\w.]*\\s*=\\s*"
              + "(?:\"([^\"]*)\"|((?:\\$\\{[^{}]*}|[^\\s;])*))");

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:(?:[^}:]*:)?([^}]+)}");

  /** What says in a login's double quotes what it is meant to. */
  private static final Pattern QUOTABLE = Pattern.compile("(?:[^\"\\\\\\r\\n]++|\\\\[\"\\\\])*+");

  private ClientSecrets() {}

  /**
   * Refuses secrets that are given as they are.
   *
   * @throws IllegalArgumentException with a sentence that names the property, not its value
   */
  static void requireReferences(Map<String, String> properties) {
    for (Map.Entry<String, String> property : new TreeMap<>(properties).entrySet()) {
      if (holdsSecret(property.getKey(), property.getValue())) {
        throw new IllegalArgumentException(
            "The Kafka client property %s holds a secret, and options can be seen by others; %s."
                .formatted(property.getKey(), WHAT_TO_DO));
      }
    }
  }

  private static boolean holdsSecret(String name, String value) {
    if (isLogin(name)) {
      return SECRET_OPTION
          .matcher(value)
          .results()
          .map(option -> option.group(1) == null ? option.group(2) : option.group(1))
          .anyMatch(ClientSecrets::isInClear);
    }
    return isSecret(name) && isInClear(value);
  }

  private static boolean isLogin(String name) {
    return name.equals(SaslConfigs.SASL_JAAS_CONFIG)
        || name.endsWith("." + SaslConfigs.SASL_JAAS_CONFIG);
  }

  /** Kafka knows its own properties; those of plug-ins are known by their names. */
  private static boolean isSecret(String name) {
    ConfigDef.ConfigKey key = AdminClientConfig.configDef().configKeys().get(name);
    if (key != null) {
      return key.type() == ConfigDef.Type.PASSWORD && !PUBLIC.contains(name);
    }
    String ownName = PROVIDER_SETTING.matcher(name).replaceFirst("");
    return SECRET_NAME.matcher(ownName).find() && !ABOUT_A_SECRET.matcher(ownName).matches();
  }

  private static boolean isInClear(String value) {
    return !value.isBlank() && !REFERENCE.matcher(value.strip()).matches();
  }

  /** With the built-in providers, where there are references and no providers of the user's. */
  static Map<String, String> resolvable(Map<String, String> properties) {
    if (properties.containsKey(PROVIDERS)
        || properties.values().stream().noneMatch(value -> value.contains("${"))) {
      return Map.copyOf(properties);
    }
    Map<String, String> resolvable = new TreeMap<>(properties);
    resolvable.put(PROVIDERS, String.join(",", new TreeSet<>(BUILT_IN.keySet())));
    BUILT_IN.forEach(
        (name, provider) -> resolvable.put(PROVIDERS + "." + name + ".class", provider.getName()));
    return Map.copyOf(resolvable);
  }

  /**
   * Environment variables that are named and not set here; Kafka would take their names as values.
   */
  static List<String> missingVariables(
      Map<String, String> properties, Map<String, String> environment) {
    return variables(properties.values().stream())
        .filter(variable -> !environment.containsKey(variable))
        .toList();
  }

  /**
   * Environment variables whose values would end the double quotes that they stand in, or lose a
   * backslash there: Kafka puts them into a login's text before it reads it.
   */
  static List<String> unquotableVariables(
      Map<String, String> properties, Map<String, String> environment) {
    return variables(
            properties.entrySet().stream()
                .filter(property -> isLogin(property.getKey()))
                .map(Map.Entry::getValue))
        .filter(variable -> !QUOTABLE.matcher(environment.getOrDefault(variable, "")).matches())
        .toList();
  }

  private static Stream<String> variables(Stream<String> values) {
    return values
        .flatMap(value -> VARIABLE.matcher(value).results())
        .map(reference -> reference.group(1))
        .distinct()
        .sorted();
  }
}
