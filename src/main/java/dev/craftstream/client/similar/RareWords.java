package dev.craftstream.client.similar;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Words that few texts have, which are names, as a rule. Where either of two texts has one that the
 * other has not, they ask about different things, however similar their embeddings are: those of
 * "the currency of Zambia" and "the currency of Malawi" are, and so are those of long texts with a
 * common beginning, of which models read no more than that.
 */
final class RareWords {
  /** Of fewer texts, which words are rare cannot be told. */
  private static final int LEAST_TEXTS = 1_000;

  /** A word is rare in so many of the texts. */
  private static final double RARE = 0.002;

  /** From this length on, words that differ in one letter are one word, misspelt. */
  private static final int LONG = 5;

  private final Map<String, Integer> texts = new HashMap<>();
  private final int most;

  RareWords(Collection<List<String>> texts) {
    for (List<String> words : texts) {
      for (String word : new HashSet<>(words)) {
        this.texts.merge(word, 1, Integer::sum);
      }
    }
    most = texts.size() < LEAST_TEXTS ? 0 : (int) (RARE * texts.size());
  }

  /**
   * Whether either has a rare word that the other has not, or one has and is the same but for that:
   * Guinea is not Equatorial Guinea.
   */
  boolean tellApart(List<String> one, List<String> other) {
    Set<String> its = own(one, other);
    Set<String> others = own(other, one);
    boolean hasRare = its.stream().anyMatch(this::isRare);
    boolean otherHasRare = others.stream().anyMatch(this::isRare);
    return hasRare && (otherHasRare || others.isEmpty()) || otherHasRare && its.isEmpty();
  }

  private boolean isRare(String word) {
    return texts.getOrDefault(word, 0) <= most;
  }

  /** Those that the other text has in no spelling. */
  private static Set<String> own(List<String> words, List<String> others) {
    Set<String> own = new HashSet<>(words);
    others.forEach(own::remove);
    own.removeIf(word -> others.stream().anyMatch(its -> isMisspelt(word, its)));
    return own;
  }

  /** Whether one comes of the other by one letter more, less or another one. */
  private static boolean isMisspelt(String word, String other) {
    int longer = Math.max(word.length(), other.length());
    int shorter = Math.min(word.length(), other.length());
    if (shorter < LONG || longer - shorter > 1) {
      return false;
    }
    int same = 0;
    while (same < shorter && word.charAt(same) == other.charAt(same)) {
      same++;
    }
    String rest = word.substring(Math.min(word.length(), same + (word.length() == longer ? 1 : 0)));
    String otherRest =
        other.substring(Math.min(other.length(), same + (other.length() == longer ? 1 : 0)));
    return rest.equals(otherRest);
  }
}
