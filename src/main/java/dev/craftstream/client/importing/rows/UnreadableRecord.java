package dev.craftstream.client.importing.rows;

/** Carries what is wrong with one record from where it was seen. */
public final class UnreadableRecord extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean withoutAnswer;

  public UnreadableRecord(String sentence) {
    this(sentence, false);
  }

  private UnreadableRecord(String sentence, boolean withoutAnswer) {
    super(sentence, null, false, false);
    this.withoutAnswer = withoutAnswer;
  }

  /** For a question that its file gives no answer to: nothing to mend, and nothing to use. */
  public static UnreadableRecord withoutAnswer(String sentence) {
    return new UnreadableRecord(sentence, true);
  }

  /** Whether the record is as it should be, but for an answer that its file does not have. */
  public boolean isWithoutAnswer() {
    return withoutAnswer;
  }
}
