package dev.craftstream.bench.micro;

import dev.craftstream.method.CertaintyMeasures;
import dev.craftstream.method.EmbeddingSimilarity;
import dev.craftstream.method.OptionEntropy;
import dev.craftstream.method.SemanticEntropy;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Ten samples with embeddings of 384 numbers, or four options. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CertaintyBenchmark {
  private final double[][] embeddings = new double[10][384];
  private final double[] probabilities = {0.5, 0.25, 0.15, 0.05};

  @Setup
  public void prepare() {
    SplittableRandom random = new SplittableRandom(1);
    for (double[] embedding : embeddings) {
      for (int i = 0; i < embedding.length; i++) {
        embedding[i] = random.nextDouble(-1, 1);
      }
    }
  }

  @Benchmark
  public double similarity() {
    return EmbeddingSimilarity.of(embeddings);
  }

  @Benchmark
  public double semanticEntropy() {
    return SemanticEntropy.certainty(embeddings, CertaintyMeasures.CLUSTER_SIMILARITY);
  }

  @Benchmark
  public double optionEntropy() {
    return OptionEntropy.certainty(probabilities);
  }
}
