package dev.craftstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.Metadata;
import org.apache.kafka.clients.NetworkClient;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code flink-conf/log4j.properties} lets into the logs. */
class ShippedLoggingTest {
  private static final int MANY = 10_000;

  private final LoggerContext context = new LoggerContext("shipped");
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void configure() throws Exception {
    String all =
        "rootLogger.level = INFO\n" + Files.readString(Path.of("flink-conf/log4j.properties"));
    var source =
        new ConfigurationSource(new ByteArrayInputStream(all.getBytes(StandardCharsets.UTF_8)));
    var configuration = new PropertiesConfigurationFactory().getConfiguration(context, source);
    context.start(configuration);
    var appender =
        new AbstractAppender("lines", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            lines.add(event.getMessage().getFormattedMessage());
          }
        };
    appender.start();
    configuration.getRootLogger().addAppender(appender, null, null);
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void givenAnOutageOfTheBrokers_whenTheirClientsComplain_thenAFewLinesAreWritten() {
    for (int i = 0; i < MANY; i++) {
      context.getLogger(NetworkClient.class).warn("Connection to node -1 could not be established");
      context.getLogger(NetworkClient.class).info("Node -1 disconnected");
      context.getLogger(Metadata.class).info("Rebootstrapping");
    }
    assertThat(lines)
        .hasSizeBetween(1, 50)
        .containsOnly("Connection to node -1 could not be established");
  }

  @Test
  void givenThatOutage_whenSomethingElseIsWrong_thenItIsWrittenAlways() {
    for (int i = 0; i < MANY; i++) {
      context.getLogger(NetworkClient.class).warn("Connection to node -1 could not be established");
    }
    lines.clear();
    context.getLogger(NetworkClient.class).error("failed authentication");
    context.getLogger(Metadata.class).warn("leader not available");
    context.getLogger(KafkaSink.class).info("of the connector");
    context.getLogger(CurationJob.class).info("of the job");
    assertThat(lines)
        .containsExactly(
            "failed authentication", "leader not available", "of the connector", "of the job");
  }
}
