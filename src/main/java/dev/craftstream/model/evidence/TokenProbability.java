package dev.craftstream.model.evidence;

/**
 * A token that could have come next, as the server told it.
 *
 * @param tokenId its number in the vocabulary, or whatever else names it
 * @param text null where the server gave none
 * @param logprob natural logarithm of its probability; may be {@code -Infinity}
 */
public record TokenProbability(String tokenId, String text, double logprob) {}
