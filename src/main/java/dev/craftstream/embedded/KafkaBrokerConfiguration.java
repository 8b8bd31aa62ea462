package dev.craftstream.embedded;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * The configuration of a {@link KafkaBroker}.
 *
 * @param folder where its data lies
 * @param more win over this class's own, but for lists of listeners, which are joined
 */
record KafkaBrokerConfiguration(
    Path folder, int port, int controllerPort, Map<String, String> more) {
  private static final int MAX_MESSAGE_BYTES = 16 << 20;
  private static final Set<String> LISTS =
      Set.of("listeners", "advertised.listeners", "listener.security.protocol.map");

  /** A killed broker may come back when its session is over: hence the short one. */
  String serverProperties() {
    // A properties file takes a backslash as an escape.
    String data = folder.resolve("data").toString().replace('\\', '/');
    String own =
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@%1$s:%2$d
        listeners=PLAINTEXT://%1$s:%3$d,CONTROLLER://%1$s:%2$d
        advertised.listeners=PLAINTEXT://%1$s:%3$d
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=PLAINTEXT
        log.dirs=%4$s
        auto.create.topics.enable=false
        message.max.bytes=%5$d
        replica.fetch.max.bytes=%5$d
        default.replication.factor=1
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=4
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=4
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        share.coordinator.state.topic.num.partitions=1
        group.initial.rebalance.delay.ms=0
        broker.heartbeat.interval.ms=500
        broker.session.timeout.ms=3000
        log.cleaner.dedupe.buffer.size=16777216
        num.network.threads=2
        num.io.threads=4
        """
            .formatted(KafkaBroker.HOST, controllerPort, port, data, MAX_MESSAGE_BYTES);
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(own));
      more.forEach(
          (name, value) ->
              properties.merge(
                  name,
                  value,
                  (ours, theirs) -> LISTS.contains(name) ? ours + "," + theirs : theirs));
      StringWriter text = new StringWriter();
      properties.store(text, null);
      return text.toString();
    } catch (IOException e) {
      throw new IllegalStateException("Reading from memory failed.", e);
    }
  }

  /** Of Log4j: everything to the console. */
  static final String LOGGING =
      """
      rootLogger.level=INFO
      rootLogger.appenderRef.console.ref=console
      appender.console.type=Console
      appender.console.name=console
      appender.console.layout.type=PatternLayout
      appender.console.layout.pattern=%d{ISO8601} %-5p [%t] %c{1} - %m%n
      """;
}
