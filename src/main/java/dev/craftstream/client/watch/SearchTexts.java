package dev.craftstream.client.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Ids and texts of questions, one behind the other in chunks of bytes, to be searched from the
 * first to the last. An entry is the question's number (4 bytes), the lengths of the id and of the
 * text (2 bytes each), the id, and the text as it is searched: in lower case, the id before it.
 */
final class SearchTexts {
  private static final int CHUNK = 1 << 20;
  private static final int HEAD = 8;
  private static final int LONGEST_TEXT = 600;

  private final List<ByteBuffer> chunks = new ArrayList<>();
  private final Chunks.OfLongs entries = new Chunks.OfLongs();
  private long dead;

  /** What is found. */
  record Found(List<String> ids, long matches) {}

  /** How many bytes it takes. */
  long bytes() {
    return (long) CHUNK * chunks.size();
  }

  private static byte[] spelt(String id, String text) {
    String all = fold(id) + "\n" + fold(text);
    byte[] bytes = all.getBytes(UTF_8);
    return bytes.length <= LONGEST_TEXT ? bytes : Arrays.copyOf(bytes, LONGEST_TEXT);
  }

  private static String fold(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
  }

  /** Puts a question's text in the place of what was there of it. */
  void put(int number, String id, String text) {
    byte[] its = id.getBytes(UTF_8);
    byte[] spelt = spelt(id, text);
    long before = entries.get(number);
    if (before != 0 && equal(before - 1, spelt)) {
      return;
    }
    remove(number);
    int length = HEAD + its.length + spelt.length;
    ByteBuffer chunk = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
    if (chunk == null || chunk.remaining() < length) {
      chunk = ByteBuffer.allocate(CHUNK);
      chunks.add(chunk);
    }
    entries.set(number, (long) CHUNK * (chunks.size() - 1) + chunk.position() + 1);
    chunk.putInt(number).putShort((short) its.length).putShort((short) spelt.length);
    chunk.put(its).put(spelt);
  }

  void remove(int number) {
    long before = entries.get(number);
    if (before != 0) {
      entries.set(number, 0);
      ByteBuffer chunk = chunks.get((int) ((before - 1) / CHUNK));
      int at = (int) ((before - 1) % CHUNK);
      dead += HEAD + chunk.getShort(at + 4) + chunk.getShort(at + 6);
      if (dead > bytes() / 2 && chunks.size() > 1) {
        compact();
      }
    }
  }

  /** Drops what was replaced and removed. */
  private void compact() {
    List<ByteBuffer> old = new ArrayList<>(chunks);
    chunks.clear();
    dead = 0;
    for (int i = 0; i < old.size(); i++) {
      ByteBuffer from = old.set(i, null);
      for (int at = 0; at < from.position(); ) {
        int length = HEAD + from.getShort(at + 4) + from.getShort(at + 6);
        int number = from.getInt(at);
        if (entries.get(number) == (long) CHUNK * i + at + 1) {
          ByteBuffer to = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
          if (to == null || to.remaining() < length) {
            to = ByteBuffer.allocate(CHUNK);
            chunks.add(to);
          }
          // Entries come in the order of their places, and go to lower ones: none is met twice.
          entries.set(number, (long) CHUNK * (chunks.size() - 1) + to.position() + 1);
          to.put(from.array(), at, length);
        }
        at += length;
      }
    }
  }

  private boolean equal(long place, byte[] spelt) {
    ByteBuffer chunk = chunks.get((int) (place / CHUNK));
    int at = (int) (place % CHUNK);
    int from = at + HEAD + chunk.getShort(at + 4);
    int length = chunk.getShort(at + 6);
    return Arrays.equals(chunk.array(), from, from + length, spelt, 0, spelt.length);
  }

  /**
   * The questions in whose id or text all of the words are, as parts of words, too.
   *
   * @param most at most so many ids, the oldest questions first
   */
  Found find(String query, int most) {
    List<byte[]> words =
        Arrays.stream(fold(query).strip().split("\\s+"))
            .filter(word -> !word.isEmpty())
            .map(word -> word.getBytes(UTF_8))
            // The longest is in the fewest.
            .sorted(Comparator.comparingInt((byte[] word) -> -word.length))
            .toList();
    List<String> ids = new ArrayList<>();
    long matches = 0;
    for (int i = 0; i < chunks.size() && !words.isEmpty(); i++) {
      ByteBuffer chunk = chunks.get(i);
      byte[] bytes = chunk.array();
      for (int at = 0; at < chunk.position(); ) {
        int id = chunk.getShort(at + 4);
        int from = at + HEAD + id;
        int to = from + chunk.getShort(at + 6);
        if (hasAll(bytes, from, to, words)
            && entries.get(chunk.getInt(at)) == (long) CHUNK * i + at + 1) {
          matches++;
          if (ids.size() < most) {
            ids.add(new String(bytes, at + HEAD, id, UTF_8));
          }
        }
        at = to;
      }
    }
    return new Found(ids, matches);
  }

  private static boolean hasAll(byte[] bytes, int from, int to, List<byte[]> words) {
    for (byte[] word : words) {
      if (!has(bytes, from, to, word)) {
        return false;
      }
    }
    return true;
  }

  private static boolean has(byte[] bytes, int from, int to, byte[] word) {
    byte first = word[0];
    for (int at = from; at <= to - word.length; at++) {
      if (bytes[at] == first && Arrays.equals(bytes, at, at + word.length, word, 0, word.length)) {
        return true;
      }
    }
    return false;
  }
}
