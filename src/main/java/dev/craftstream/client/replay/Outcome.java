package dev.craftstream.client.replay;

/** What becomes of a dead letter that is to be replayed. */
public enum Outcome {
  REPLAYED("replayed", ""),
  REPLAYED_BEFORE("before", "replayed before: by an earlier run of this command."),
  SUPERSEDED(
      "superseded", "superseded: a newer record of the same key came, which stays as it is."),
  TOO_OFTEN(
      "too often",
      "replayed as often as --max-replays allows: they failed each time. See what their dead letters say."),
  CUT(
      "cut",
      "of very large records: the dead letters hold the beginning alone. Have their producer write them again."),
  TOO_LARGE(
      "too large",
      "larger than max.message.bytes of their topic allows. Raise it, then run again."),
  OUT_OF_REACH(
      "out of reach",
      "out of reach: their topic is not this job's, was made anew, or keeps no records of that time, so that nobody can see what came since. Have their producer write them again."),
  ASK_AGAIN(
      "ask again",
      "to ask again: questions that the job knows and their model failed to answer. When it is mended:"),
  LEFT("left", "left for another run: --limit is reached.");

  private final String heading;
  private final String meaning;

  Outcome(String heading, String meaning) {
    this.heading = heading;
    this.meaning = meaning;
  }

  /** At the top of a column. */
  public String heading() {
    return heading;
  }

  /** The rest of a sentence that begins with a number; empty where the heading says it all. */
  public String meaning() {
    return meaning;
  }
}
