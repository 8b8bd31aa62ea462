package dev.craftstream.client.importing;

import dev.craftstream.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;

/** Which of a file's questions an import takes. */
public sealed interface Choice {

  /** All of them. */
  record All() implements Choice {}

  /** The first so many; what is behind them is not even read. */
  record First(long count) implements Choice {}

  /**
   * So many at random: those whose hash of seed and id is least. So the order of the questions does
   * not matter, and a larger sample of the same seed holds the smaller one.
   */
  record Sample(int count, long seed) implements Choice {}

  /** Goes through the questions once and says which to take. */
  final class Sampling {
    private record Drawn(long hash, String id) {}

    private final Sample sample;
    private final PriorityQueue<Drawn> least =
        new PriorityQueue<>((one, other) -> Long.compareUnsigned(other.hash, one.hash));

    Sampling(Sample sample) {
      this.sample = sample;
    }

    void add(String id) {
      byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
      byte[] input =
          ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(sample.seed()).put(bytes).array();
      least.add(new Drawn(Sha256.first64Bits(input), id));
      if (least.size() > sample.count()) {
        least.remove();
      }
    }

    Set<String> ids() {
      Set<String> ids = new HashSet<>();
      least.forEach(drawn -> ids.add(drawn.id));
      return ids;
    }
  }
}
