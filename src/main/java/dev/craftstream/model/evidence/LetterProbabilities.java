package dev.craftstream.model.evidence;

import java.util.List;

/**
 * Option letters as the next token.
 *
 * @param probabilities of each letter over the whole vocabulary, in the order of the letters
 * @param unseen the probability of all tokens that the server does not tell, 0 to 1
 * @param tokens those that it told, in its order; empty where it tells letters alone
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record LetterProbabilities(
    double[] probabilities, double unseen, List<TokenProbability> tokens) {}
