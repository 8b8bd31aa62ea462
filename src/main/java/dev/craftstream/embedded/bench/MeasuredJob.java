package dev.craftstream.embedded.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.craftstream.client.JobMonitor;
import dev.craftstream.client.TopicWriter;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.EmbeddedFlink;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.TopicAdmin;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A job with topics of its own, from its start to its end, in which it is given questions and model
 * checkpoints. Its model answers at once unless {@link InProcessModel} is told otherwise.
 */
final class MeasuredJob implements AutoCloseable {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration END = Duration.ofMinutes(10);
  private static final String FIRST = "first";

  private final EmbeddedFlink flink;
  private final JobMonitor monitor;
  private final String instructions;
  private final WrittenRecords written;
  private final TopicWriter writer;
  private final HeldQuestions held;

  /**
   * Starts it; returns when it has let a first question through.
   *
   * @param number which makes its topics its own
   */
  MeasuredJob(JobKind kind, EmbeddedFlink flink, String bootstrapServers, int number)
      throws IOException, InterruptedException {
    this.flink = flink;
    CurationSettings settings =
        CurationSettings.of(
            Configuration.fromMap(
                Map.of(
                    "kafka.bootstrap-servers",
                    bootstrapServers,
                    "kafka.topic-prefix",
                    "job" + number + "-",
                    "kafka.transactional-id-prefix",
                    "job" + number,
                    "kafka.delivery-guarantee",
                    kind.guarantee(),
                    "tracker.requests-in-flight",
                    "64",
                    // Nobody is asked there.
                    "triton.endpoints",
                    "in-process:1")));
    KafkaSettings kafka = settings.kafka();
    new TopicAdmin(kafka).prepare();
    StreamExecutionEnvironment env =
        flink.emptyEnvironment(Map.of("parallelism.default", Integer.toString(kind.parallelism())));
    kind.define(env, settings);
    monitor = flink.submit(env, kind.name());
    instructions = kafka.topics().instructions();
    written = new WrittenRecords(kafka);
    writer = new TopicWriter(kafka);
    held = new HeldQuestions(kafka);
    if (kind.curates()) {
      announce("initial", Role.INITIAL);
    }
    writer.questions(List.of(HeldQuestions.question(FIRST)));
    written.await(instructions, 1, START);
  }

  private void announce(String id, Role role) {
    Serving serving = new Serving("model", "1", Contract.CRAFT, "", "", "");
    String base = role == Role.INITIAL ? "" : "initial";
    writer.announcement(new ModelCheckpoint(id, 1, role, base, serving));
  }

  /** From where all questions can be read to where each has brought a record. */
  Rate newQuestions(int count) throws IOException, InterruptedException {
    held.write(count);
    return until(count, held::show);
  }

  /**
   * A sweep over so many questions, under a further REHEARSAL checkpoint: from its announcement to
   * where each has brought a record.
   */
  Rate sweep(String id, int count) throws IOException, InterruptedException {
    return until(count, () -> announce(id, Role.REHEARSAL));
  }

  private Rate until(int count, Runnable begin) throws IOException, InterruptedException {
    long before = written.in(instructions);
    long processor = PROCESS.getProcessCpuTime();
    long start = System.nanoTime();
    begin.run();
    written.await(instructions, before + count, END);
    return new Rate(
        count, (System.nanoTime() - start) / 1e9, (PROCESS.getProcessCpuTime() - processor) / 1e9);
  }

  /** Announces a REHEARSAL checkpoint and goes on. */
  void beginSweep(String id) {
    announce(id, Role.REHEARSAL);
  }

  /** Gives it one question. */
  void ask(String questionId) {
    writer.questions(List.of(HeldQuestions.question(questionId)));
  }

  long instructions() throws IOException, InterruptedException {
    return written.in(instructions);
  }

  void awaitInstructions(long count) throws IOException, InterruptedException {
    written.await(instructions, count, END);
  }

  JobMonitor monitor() {
    return monitor;
  }

  @Override
  public void close() throws IOException {
    held.close();
    writer.close();
    written.close();
    flink.cancelAll();
  }
}
