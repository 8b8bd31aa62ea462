package dev.craftstream.cli.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.cli.Craft;
import dev.craftstream.embedded.KafkaBroker;
import dev.craftstream.testing.KafkaBrokerExtension;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import picocli.CommandLine;

/** What a job left open that does not come back is listed, and ended where that is wanted. */
@Tag("integration")
@ExtendWith(KafkaBrokerExtension.class)
class TransactionsCommandTest {
  private final String prefix = KafkaBrokerExtension.freshPrefix();
  private final StringWriter out = new StringWriter();

  @Test
  void openTransactionsAreListedAndThoseOfSomeAgeAborted(KafkaBroker broker) throws Exception {
    assertThat(run(broker)).isZero();
    assertThat(said()).contains("No transaction of", prefix + "job is open.");

    try (var abandoned = open(broker)) {
      run(broker);
      assertThat(said())
          .contains(prefix + "job/" + prefix + "instructions/0  Ongoing since 20")
          .contains("ends by itself at 20", prefix + "instructions-0");
      run(broker, "--abort");
      assertThat(said()).endsWith("Aborted 0 of 1, those open for 10 min and more.\n");
      run(broker, "--abort", "--older-than", "0s");
      assertThat(said()).endsWith("Aborted 1 of 1, those open for 0 ms and more.\n");
      run(broker);
      assertThat(said()).startsWith("No transaction of");
    }
  }

  @Test
  void anAgeThatIsNoTimeIsSaid(KafkaBroker broker) {
    StringWriter err = new StringWriter();
    CommandLine commands = Craft.commandLine();
    commands.setErr(new PrintWriter(err, true));

    assertThat(Craft.run(commands, arguments(broker, "--older-than", "old"))).isEqualTo(2);
    assertThat(err.toString()).contains("--older-than is old; give a time, such as 10m.");
  }

  private int run(KafkaBroker broker, String... more) {
    CommandLine commands = Craft.commandLine();
    commands.setOut(new PrintWriter(out, true));
    return Craft.run(commands, arguments(broker, more));
  }

  private String[] arguments(KafkaBroker broker, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "transactions",
                "--bootstrap-servers=" + broker.bootstrapServers(),
                "-Dkafka.topic-prefix=" + prefix,
                "-Dkafka.transactional-id-prefix=" + prefix + "job"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private String said() {
    String said = out.toString();
    out.getBuffer().setLength(0);
    return said;
  }

  private KafkaProducer<byte[], byte[]> open(KafkaBroker broker) throws Exception {
    new TopicAdmin(KafkaSettings.builder(broker.bootstrapServers()).topicPrefix(prefix).build())
        .prepare();
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", broker.bootstrapServers());
    properties.setProperty("key.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("value.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("transactional.id", prefix + "job/" + prefix + "instructions/0");
    KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties);
    producer.initTransactions();
    producer.beginTransaction();
    producer
        .send(new ProducerRecord<>(prefix + "instructions", 0, new byte[] {1}, new byte[] {2}))
        .get(20, TimeUnit.SECONDS);
    return producer;
  }
}
