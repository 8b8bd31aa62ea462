package dev.craftstream.method;

/**
 * A candidate's place in the order in which candidates are taken: lower is taken first.
 *
 * @param score by certainty, where the strategy uses it: its negative for ANSWER (most certain
 *     first), itself for REFUSAL (least certain first); else 0
 * @param hash settles equal scores, and is the random order where all scores are 0; unsigned
 */
public record Rank(double score, long hash) implements Comparable<Rank> {

  @Override
  public int compareTo(Rank other) {
    return compare(score, hash, other.score, other.hash);
  }

  /** Compares two ranks by their parts. */
  public static int compare(double score, long hash, double otherScore, long otherHash) {
    // Adding 0.0 makes -0.0 and 0.0 the same.
    int byScore = Double.compare(score + 0.0, otherScore + 0.0);
    return byScore != 0 ? byScore : Long.compareUnsigned(hash, otherHash);
  }
}
