package dev.craftstream.model;

/**
 * What asking a model has cost.
 *
 * @param requests inference requests to its model that went to a server, those that failed and were
 *     sent again included; 0 or more. Requests to an embedding model are none of them
 * @param requestsWithTokens of these, those whose answers said how many tokens they took; of the
 *     others that is not known
 * @param promptTokens tokens of the prompts of {@code requestsWithTokens}; a prompt that several
 *     samples of one request share counts once
 * @param generatedTokens tokens that these generated, of all their samples together
 */
public record Cost(
    long requests, long requestsWithTokens, long promptTokens, long generatedTokens) {
  public static final Cost NONE = new Cost(0, 0, 0, 0);

  /** Both together. */
  public Cost plus(Cost other) {
    return new Cost(
        requests + other.requests,
        requestsWithTokens + other.requestsWithTokens,
        promptTokens + other.promptTokens,
        generatedTokens + other.generatedTokens);
  }

  /** Whether anything is known of tokens. */
  public boolean hasTokens() {
    return requestsWithTokens > 0;
  }

  /** Prompt and generated tokens together, as far as they are known. */
  public long tokens() {
    return promptTokens + generatedTokens;
  }
}
