package dev.craftstream.bench;

import dev.craftstream.embedded.Folders;
import dev.craftstream.knowledge.KnowledgeQuery;
import dev.craftstream.knowledge.Measurement;
import dev.craftstream.method.EmbeddingSimilarity;
import dev.craftstream.method.Seeds;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.message.MeasuredSamples;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.WireFormat;
import dev.craftstream.triton.EvaluationSettings;
import dev.craftstream.triton.QuerySettings;
import dev.craftstream.triton.TritonKnowledgeQuery;
import dev.craftstream.triton.client.TritonSettings;
import dev.craftstream.triton.recorded.RecordedAnswers;
import dev.craftstream.triton.recorded.ReplayServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.SimpleRecord;

/**
 * What a replay server takes for many questions of 10 samples with 384 numbers each, how fast it
 * answers, and how much half precision moves certainty. The argument is the number of questions.
 */
public final class SamplesBenchmark {
  private static final int SAMPLES = 10;
  private static final int DIMENSIONS = 384;
  private static final int IN_FLIGHT = 32;
  private static final int SIZED = 1_000;
  private static final Serving SERVING = new Serving("model", "1", Contract.CRAFT, "", "", "");
  private static final ModelCheckpoint CHECKPOINT =
      new ModelCheckpoint("base", 1, Role.INITIAL, "", SERVING);
  private static final QuerySettings SETTINGS = QuerySettings.standard();
  private static final KnowledgePrompt PROMPT = KnowledgePrompt.standard();

  private SamplesBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int questions = Integer.parseInt(arguments[0]);
    certainty(questions);
    sizes();
    Path folder = Files.createTempDirectory("samples-benchmark");
    try (RecordedAnswers recorded = RecordedAnswers.in(folder.resolve("index"))) {
      long start = System.nanoTime();
      for (int i = 0; i < questions; i++) {
        recorded.add(evidence(i, EmbeddingPrecision.FP16));
      }
      print("indexed: %,d questions in %.1f s", questions, seconds(start));
      print("on disk: %,d bytes a question", size(folder) / questions);
      System.gc();
      Runtime memory = Runtime.getRuntime();
      print(
          "heap: %,d MB of %,d",
          (memory.totalMemory() - memory.freeMemory()) >> 20, memory.maxMemory() >> 20);
      try (ReplayServer server = ReplayServer.start(recorded, "127.0.0.1", 0)) {
        rate("127.0.0.1:" + server.port(), questions);
        print("not answered: %,d", server.unanswered());
      }
    } finally {
      Folders.delete(folder);
    }
  }

  // ---------------------------------------------------------------- what is measured

  /** Of half precision, beside the numbers as the model gave them. */
  private static void certainty(int questions) {
    double[] exact = new double[questions];
    double[] half = new double[questions];
    double largest = 0;
    double sum = 0;
    for (int i = 0; i < questions; i++) {
      double[][] vectors = vectors(i);
      exact[i] = EmbeddingSimilarity.of(vectors);
      for (int k = 0; k < SAMPLES; k++) {
        vectors[k] = EmbeddingPrecision.FP16.decode(EmbeddingPrecision.FP16.encode(vectors[k]));
      }
      half[i] = EmbeddingSimilarity.of(vectors);
      largest = Math.max(largest, Math.abs(exact[i] - half[i]));
      sum += Math.abs(exact[i] - half[i]);
    }
    int most = questions / 10;
    Set<Integer> taken = new HashSet<>(best(exact, most));
    taken.removeAll(best(half, most));
    print(
        "FP16 moves certainty by at most %.1e, %.1e on average; %d of the %,d most certain are others",
        largest, sum / questions, taken.size(), most);
  }

  /** Of records in the topic; one is about as large as a batch of the producer. */
  private static void sizes() {
    for (WireFormat format : WireFormat.values()) {
      RecordEncoder encoder = new RecordEncoder(format);
      for (EmbeddingPrecision precision : EmbeddingPrecision.values()) {
        long plain = 0;
        long lz4 = 0;
        long zstd = 0;
        for (int i = 0; i < SIZED; i++) {
          MeasuredSamples samples =
              MeasuredSamples.of(question(i), 1, CHECKPOINT, "oe-3shot-0", evidence(i, precision));
          SimpleRecord record = new SimpleRecord(encoder.samples(samples).value());
          plain += MemoryRecords.withRecords(Compression.NONE, record).sizeInBytes();
          lz4 += MemoryRecords.withRecords(Compression.lz4().build(), record).sizeInBytes();
          zstd += MemoryRecords.withRecords(Compression.zstd().build(), record).sizeInBytes();
        }
        print(
            "%s, %s: %,d bytes a question, %,d with lz4, %,d with zstd",
            format, precision, plain / SIZED, lz4 / SIZED, zstd / SIZED);
      }
    }
  }

  private static List<Integer> best(double[] certainty, int count) {
    return IntStream.range(0, certainty.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -certainty[i]).thenComparing(i -> i))
        .limit(count)
        .toList();
  }

  private static void rate(String endpoint, int questions) throws Exception {
    try (KnowledgeQuery query =
        new TritonKnowledgeQuery.Factory(
                TritonSettings.to(endpoint).build(), SETTINGS, EvaluationSettings.standard())
            .open()) {
      Semaphore slots = new Semaphore(IN_FLIGHT);
      AtomicLong failed = new AtomicLong();
      long start = System.nanoTime();
      for (int i = 0; i < questions; i++) {
        slots.acquire();
        var unused =
            query
                .ask(question(i), 1, CHECKPOINT)
                .whenComplete(
                    (Measurement answer, Throwable failure) -> {
                      if (failure != null) {
                        failed.incrementAndGet();
                      }
                      slots.release();
                    });
      }
      slots.acquire(IN_FLIGHT);
      print(
          "replayed: %,.0f questions/s of %d samples, client and server on the same cores; %d failed",
          questions / seconds(start), SAMPLES, failed.get());
    }
  }

  // ---------------------------------------------------------------- what is recorded

  private static Question question(int number) {
    return new Question(
        "question-" + number,
        Task.OPEN_ENDED,
        Purpose.TRAIN,
        "Which river flows through town number " + number + " of the list?",
        "Seine",
        List.of(),
        List.of(),
        "",
        List.of());
  }

  private static Evidence evidence(int number, EmbeddingPrecision precision) {
    Question question = question(number);
    SplittableRandom random = new SplittableRandom(number);
    List<String> texts = new ArrayList<>();
    for (int k = 0; k < SAMPLES; k++) {
      texts.add(" The river number " + random.nextInt(1_000) + ", as far as I know.");
    }
    return Evidence.ofSamples(
        SERVING,
        Asked.samples(
            PROMPT.prompt(question),
            IntStream.range(0, SAMPLES)
                .mapToObj(k -> Seeds.seed(question.id(), 1, CHECKPOINT.id(), k))
                .toList(),
            SETTINGS.temperature(),
            SETTINGS.maxTokens(),
            SETTINGS.stop()),
        texts,
        texts,
        List.of(vectors(number)),
        precision);
  }

  /** Of length 1, in single precision, as alike as the question has it. */
  private static double[][] vectors(int number) {
    SplittableRandom random = new SplittableRandom(~number);
    double noise = random.nextDouble() * 2;
    double[] common = random.doubles(DIMENSIONS, -1, 1).toArray();
    double[][] vectors = new double[SAMPLES][DIMENSIONS];
    for (double[] vector : vectors) {
      double squared = 0;
      for (int d = 0; d < DIMENSIONS; d++) {
        vector[d] = common[d] + noise * (random.nextDouble() * 2 - 1);
        squared += vector[d] * vector[d];
      }
      for (int d = 0; d < DIMENSIONS; d++) {
        vector[d] = (float) (vector[d] / Math.sqrt(squared));
      }
    }
    return vectors;
  }

  // ---------------------------------------------------------------- what is printed

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
