package dev.craftstream.bench.micro;

import dev.craftstream.method.BestRanks;
import dev.craftstream.model.dataset.Ties;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The best 1,000 of 20,000 candidates, in the order that they are taken in. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TopBenchmark {
  private final double[] scores = new double[20_000];
  private final long[] hashes = new long[20_000];

  @Setup
  public void prepare() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < scores.length; i++) {
      scores[i] = -random.nextInt(500) / 500.0;
      hashes[i] = random.nextLong();
    }
  }

  @Benchmark
  public long[] best() {
    BestRanks best = new BestRanks(1_000, Ties.EXACT);
    for (int i = 0; i < scores.length; i++) {
      best.offer(scores[i], hashes[i]);
    }
    return best.takeHashesInOrder();
  }
}
