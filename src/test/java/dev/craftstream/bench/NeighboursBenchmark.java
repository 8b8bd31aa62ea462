package dev.craftstream.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.craftstream.client.similar.ClusteredVectors;
import dev.craftstream.client.similar.Neighbours;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.function.Supplier;

/**
 * Prints how long the exact and the approximate search take, in seconds and, for machines with
 * other work, in processor seconds; the heap at the peak of the approximate search beyond the
 * vectors, garbage included; and how often the approximate search finds the nearest. Arguments:
 * numbers of samples of each label; default 10000 and 100000.
 */
public final class NeighboursBenchmark {
  private static final int DIMENSIONS = 384;
  private static final double SPREAD = 0.7;

  private NeighboursBenchmark() {}

  public static void main(String... arguments) {
    String[] sizes = arguments.length == 0 ? new String[] {"10000", "100000"} : arguments;
    // The JIT compiler's first turn is not what is measured.
    measure(4_000, false);
    System.out.println(
        " samples   exact s   approximate s   heap MiB   recall@1   CRSS 0.9 exact/appr");
    for (String size : sizes) {
      measure(Integer.parseInt(size), true);
    }
  }

  private static void measure(int samples, boolean print) {
    var vectors = new ClusteredVectors(Math.max(1, samples / 20), DIMENSIONS, SPREAD, 1);
    float[][] answers = vectors.draw(samples);
    float[][] refusals = vectors.draw(samples);
    Measured exact = timed(() -> Neighbours.exact(refusals, answers, 1, n -> {}));
    Measured approximate =
        timed(() -> Neighbours.approximate(refusals, answers, 1, n -> {}, n -> {}));
    int found = 0;
    for (int i = 0; i < samples; i++) {
      if (approximate.nearest.similarities()[i][0] >= exact.nearest.similarities()[i][0] - 1e-6) {
        found++;
      }
    }
    if (print) {
      System.out.printf(
          "%8d   %7.1f (%9.1f)   %13.1f (%9.1f)   %9d   %8.4f   %.4f %.4f%n",
          samples,
          exact.seconds,
          exact.processor,
          approximate.seconds,
          approximate.processor,
          approximate.bytes >> 20,
          (double) found / samples,
          share(exact.nearest),
          share(approximate.nearest));
    }
  }

  private static double share(Neighbours nearest) {
    int above = 0;
    for (double[] similarities : nearest.similarities()) {
      above += similarities[0] > 0.9 ? 1 : 0;
    }
    return (double) above / nearest.similarities().length;
  }

  /** Bytes: the heap at its peak beyond what was in it before, garbage included. */
  private record Measured(Neighbours nearest, double seconds, double processor, long bytes) {}

  private static Measured timed(Supplier<Neighbours> search) {
    OperatingSystemMXBean machine =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    System.gc();
    long before = used();
    long processor = machine.getProcessCpuTime();
    long start = System.nanoTime();
    Neighbours nearest = search.get();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Measured(
        nearest, seconds, (machine.getProcessCpuTime() - processor) / 1e9, peak() - before);
  }

  private static long used() {
    ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    return peak();
  }

  private static long peak() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .mapToLong(pool -> pool.getPeakUsage().getUsed())
        .sum();
  }
}
