package dev.craftstream.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The order in which {@link KeyedBackends#keys} lists keys: by their key groups, and in a key group
 * by the bytes that the state backend stores them as.
 */
public final class KeyOrder implements Comparator<String> {
  private final KeyGroups keyGroups;

  public KeyOrder(KeyGroups keyGroups) {
    this.keyGroups = keyGroups;
  }

  @Override
  public int compare(String one, String other) {
    int byGroup = Integer.compare(keyGroups.of(one), keyGroups.of(other));
    return byGroup != 0 ? byGroup : Arrays.compareUnsigned(bytes(one), bytes(other));
  }

  /** The keys in this order. */
  Stream<String> sorted(Stream<String> keys) {
    return keys
        .map(key -> new Place(keyGroups.of(key), bytes(key), key))
        .sorted()
        .map(Place::key)
        .toList()
        .stream();
  }

  @SuppressWarnings("ArrayRecordComponent") // Compared by its own method.
  private record Place(int keyGroup, byte[] bytes, String key) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int byGroup = Integer.compare(keyGroup, other.keyGroup);
      return byGroup != 0 ? byGroup : Arrays.compareUnsigned(bytes, other.bytes);
    }
  }

  private static byte[] bytes(String key) {
    DataOutputSerializer output = new DataOutputSerializer(key.length() + 5);
    try {
      StringSerializer.INSTANCE.serialize(key, output);
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
    return output.getCopyOfBuffer();
  }
}
