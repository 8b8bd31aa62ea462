package dev.craftstream.bench;

import dev.craftstream.Curation;
import dev.craftstream.admission.SourceProgress;
import dev.craftstream.admission.StartCondition;
import dev.craftstream.config.CurationSettings;
import dev.craftstream.embedded.bench.InProcessModel;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.ServerHealth;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.dataset.Request;
import dev.craftstream.model.knowledge.KnowledgeState;
import dev.craftstream.testing.CountedHealth;
import dev.craftstream.testing.ShippedFlink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;

/**
 * What the benchmarks' jobs have in common: the stages of the job behind made-up questions, on
 * Flink as it is shipped. Model checkpoints come when they are {@linkplain #announce announced};
 * there are no requests.
 */
final class BenchmarkJob {
  private static final BlockingQueue<ModelCheckpointEvent> ANNOUNCEMENTS =
      new LinkedBlockingQueue<>();

  /** Questions that were sent so far. */
  static final AtomicLong SENT = new AtomicLong();

  private BenchmarkJob() {}

  /** Runs a benchmark's main method in a JVM of its own. */
  static void child(Class<?> benchmark, String heap, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-cp",
                System.getProperty("java.class.path"),
                benchmark.getName()));
    command.addAll(List.of(arguments));
    new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** The shipped configuration of Flink, with {@code changes}. */
  static Configuration flink(Map<String, String> changes) throws IOException {
    Configuration flink = ShippedFlink.configuration();
    Path folder = Files.createTempDirectory("benchmark");
    flink.setString("execution.checkpointing.dir", folder.toUri().toString());
    flink.setString("taskmanager.memory.managed.size", "512m");
    changes.forEach(flink::setString);
    return flink;
  }

  /** The job's own options. */
  static CurationSettings settings(Map<String, String> options) {
    Configuration all = new Configuration();
    all.setString("kafka.bootstrap-servers", "none:1");
    all.setString("triton.endpoints", "none:1");
    options.forEach(all::setString);
    return CurationSettings.of(all);
  }

  /** The stages; who calls this adds what takes their output. */
  static Curation stages(
      StreamExecutionEnvironment env,
      long questions,
      KnowledgeQuery.Factory model,
      CurationSettings settings) {
    return Curation.of(
        env.fromSequence(0, questions - 1).uid("numbers").map(BenchmarkJob::event).uid("questions"),
        env.addSource(new Announcements(), TypeInformation.of(ModelCheckpointEvent.class))
            .uid("model-checkpoints")
            .setParallelism(1),
        env.addSource(new NoRequests(), TypeInformation.of(Request.class))
            .uid("requests")
            .setParallelism(1),
        SourceProgress.AT_ONCE,
        SourceProgress.AT_ONCE,
        StartCondition.NONE,
        model,
        settings);
  }

  /** Ends a stream where nothing is done with its records but what {@code seen} does. */
  static <T> void end(DataStream<T> stream, String uid, FilterFunction<T> seen) {
    stream.filter(seen).uid("seen-" + uid).sinkTo(new DiscardingSink<>()).uid("end-of-" + uid);
  }

  private static QuestionEvent event(long number) {
    String id = "question-" + number;
    Question question =
        new Question(
            id,
            Task.OPEN_ENDED,
            Purpose.TRAIN,
            ("What is the answer to question number " + number + "? ").repeat(3),
            "answer " + number,
            List.of("the answer " + number),
            List.of(),
            "",
            List.of());
    SENT.incrementAndGet();
    return new QuestionEvent(id, question, new Origin("questions", 0, number));
  }

  // ---------------------------------------------------------------- model checkpoints

  static void announce(long modelTime, String id, Role role, String base) {
    announce(modelTime, id, role, base, "model");
  }

  static void announce(long modelTime, String id, Role role, String base, String model) {
    Serving serving = new Serving(model, "1", Contract.CRAFT, "", "", "");
    ANNOUNCEMENTS.add(
        new ModelCheckpointEvent(
            id,
            modelTime,
            new ModelCheckpoint(id, modelTime, role, base, serving),
            new OriginalRecord(new Origin("model-checkpoints", 0, 0), new byte[0], new byte[0])));
  }

  private static final class Announcements implements SourceFunction<ModelCheckpointEvent> {
    private static final long serialVersionUID = 1L;

    @Override
    public void run(SourceContext<ModelCheckpointEvent> context) throws Exception {
      while (true) {
        ModelCheckpointEvent event = ANNOUNCEMENTS.take();
        synchronized (context.getCheckpointLock()) {
          context.collect(event);
        }
      }
    }

    @Override
    public void cancel() {}
  }

  private static final class NoRequests implements SourceFunction<Request> {
    private static final long serialVersionUID = 1L;

    @Override
    public void run(SourceContext<Request> context) throws Exception {
      new CountDownLatch(1).await();
    }

    @Override
    public void cancel() {}
  }

  // ---------------------------------------------------------------- what models know

  /** A model in this process, which is always there. */
  abstract static class Model implements KnowledgeQuery {

    /** Something random, the same for each question and checkpoint. */
    static KnowledgeState knows(Question question, ModelCheckpoint checkpoint) {
      return InProcessModel.knows(question, checkpoint);
    }

    @Override
    public CompletableFuture<Void> ready(ModelCheckpoint checkpoint) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public ServerHealth health() {
      return new CountedHealth();
    }

    @Override
    public void close() {}
  }
}
