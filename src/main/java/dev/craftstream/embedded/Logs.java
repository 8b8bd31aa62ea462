package dev.craftstream.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.api.LoggerComponentBuilder;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sends all logs of this JVM into files, so that the console is the commands' own. Has to be called
 * before anything makes a logger. {@code -Dlog4j2.configurationFile} goes before it.
 */
public final class Logs {
  private static final String PATTERN = "%d{ISO8601} %-5p [%t] %c{1.} - %m%n";

  private Logs() {}

  /** Logs nowhere, until a command knows where to. */
  public static void off() {
    if (System.getProperty("log4j2.configurationFile") == null) {
      ConfigurationBuilder<BuiltConfiguration> builder =
          ConfigurationBuilderFactory.newConfigurationBuilder();
      builder.setStatusLevel(Level.OFF);
      builder.add(builder.newRootLogger(Level.OFF));
      Configurator.reconfigure(builder.build());
    }
    LogManager.getLogManager().reset();
  }

  /** Logs to {@code craft.log}, {@code flink.log} and {@code kafka-clients.log} in the folder. */
  public static void to(Path folder) throws IOException {
    Files.createDirectories(folder);
    if (System.getProperty("log4j2.configurationFile") == null) {
      Configurator.reconfigure(configuration(folder));
    }
    sendJavaUtilLogging();
  }

  private static BuiltConfiguration configuration(Path folder) {
    ConfigurationBuilder<BuiltConfiguration> builder =
        ConfigurationBuilderFactory.newConfigurationBuilder();
    builder.setStatusLevel(Level.OFF);
    for (String file : new String[] {"craft", "flink", "kafka-clients"}) {
      builder.add(
          builder
              .newAppender(file, "File")
              .addAttribute("fileName", folder.resolve(file + ".log").toString())
              .add(builder.newLayout("PatternLayout").addAttribute("pattern", PATTERN)));
    }
    builder.add(logger(builder, "org.apache.flink", Level.INFO, "flink"));
    // The Kafka sink names a metric twice, which Flink tells at each Flink checkpoint.
    builder.add(logger(builder, "org.apache.flink.metrics", Level.ERROR, "flink"));
    builder.add(logger(builder, "org.apache.kafka", Level.WARN, "kafka-clients"));
    builder.add(builder.newRootLogger(Level.INFO).add(builder.newAppenderRef("craft")));
    return builder.build();
  }

  private static LoggerComponentBuilder logger(
      ConfigurationBuilder<BuiltConfiguration> builder, String name, Level level, String file) {
    return builder
        .newLogger(name, level)
        .add(builder.newAppenderRef(file))
        .addAttribute("additivity", false);
  }

  /** gRPC logs by java.util.logging, whose default is the console. */
  private static void sendJavaUtilLogging() {
    LogManager.getLogManager().reset();
    SLF4JBridgeHandler.install();
  }
}
