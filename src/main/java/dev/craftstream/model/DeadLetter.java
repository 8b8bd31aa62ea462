package dev.craftstream.model;

/**
 * Something that could not be used.
 *
 * @param reason its class
 * @param explanation a sentence that says what was wrong and what to do
 * @param original the original record
 * @param questionId the question concerned; empty where there is none
 * @param checkpointId the model checkpoint concerned; empty where there is none
 * @param cost what asking the model checkpoint has cost; null where none was asked
 */
public record DeadLetter(
    Reason reason,
    String explanation,
    OriginalRecord original,
    String questionId,
    String checkpointId,
    Cost cost) {

  /** Of what no model was asked. */
  public DeadLetter(
      Reason reason,
      String explanation,
      OriginalRecord original,
      String questionId,
      String checkpointId) {
    this(reason, explanation, original, questionId, checkpointId, null);
  }

  /** Classes of what can be wrong. */
  public enum Reason {
    /** Not of the topic's format, or not UTF-8. */
    MALFORMED,
    /** Of the format, but a field is missing, out of range or contradicts another. */
    INVALID,
    /** Over a limit on sizes or counts. */
    TOO_LARGE,
    /** Names a model checkpoint that was never announced, or was announced with another role. */
    UNKNOWN_CHECKPOINT,
    /**
     * The announced model is not there, or its inputs and outputs are not those of its contract.
     */
    UNSERVABLE_CHECKPOINT,
    /** The model's answer cannot be used, or the model refuses the question. */
    UNUSABLE_ANSWER
  }
}
