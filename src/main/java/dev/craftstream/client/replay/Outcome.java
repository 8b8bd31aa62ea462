package dev.craftstream.client.replay;

/** What becomes of a dead letter that is to be replayed. */
public enum Outcome {
  REPLAYED("replayed", ""),
  REPLAYED_BEFORE("before", "were replayed before."),
  SUPERSEDED(
      "superseded", "are superseded: a newer record of the same key came, which stays as it is."),
  TOO_OFTEN(
      "too often",
      "have been replayed as often as --max-replays allows and failed each time; see what they say."),
  CUT(
      "cut",
      "are on records so large that their dead letters hold the beginning alone; have their producer write them again."),
  TOO_LARGE(
      "too large", "are larger than max.message.bytes of their topic allows; raise it there."),
  OUT_OF_REACH(
      "out of reach",
      "are on records of a topic that is not the job's, was made anew, or keeps no records of that time. Whether a newer one came can't be seen; have their producer write them again."),
  ASK_AGAIN(
      "ask again",
      "are questions that the job knows and their model failed to answer; a retry has them asked again."),
  LEFT("left", "are left for another run, by --limit.");

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
