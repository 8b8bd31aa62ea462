package dev.craftstream.client.exchange;

/**
 * How rows are written.
 *
 * @param system what the system says before each; may be empty
 * @param messages whether the forms with a prompt and completions of it hold messages of a
 *     conversation, around which the trainer puts the model's chat template; else they hold texts,
 *     and the system says nothing
 * @param refusal what a refusal says, for the forms that hold answers against refusals; may be
 *     empty for the others
 * @param weights whether each row has a {@code weight} by its certainty
 */
public record RowStyle(String system, boolean messages, String refusal, boolean weights) {

  /** Messages, without weights. */
  public static RowStyle messages(String system) {
    return new RowStyle(system, true, "", false);
  }
}
