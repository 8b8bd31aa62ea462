package dev.craftstream.triton.doctor;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import java.util.List;

/** The questions that a server is tried with. */
final class Probes {
  private static final List<String> CAPITALS =
      List.of(
          "France", "Germany", "Italy", "Spain", "Egypt", "Japan", "China", "India", "Canada",
          "Brazil", "Norway", "Poland", "Greece", "Cuba", "Peru", "Kenya");

  static final Question OPEN_ENDED =
      openEnded("doctor-open-ended", "What is the capital of France?", "Paris");

  /** Has far more good answers than samples are drawn. */
  static final Question MANY_ANSWERS =
      openEnded(
          "doctor-seeds", "What is a random whole number between 1 and 1000000?", "no one number");

  static final Question MULTIPLE_CHOICE =
      new Question(
          "doctor-multiple-choice",
          Task.MULTIPLE_CHOICE,
          Purpose.TRAIN,
          "What is the capital of France?",
          "C",
          List.of(),
          List.of("Rome", "Berlin", "Paris", "Madrid"),
          "geography",
          List.of());

  static final Question EVALUATE = OPEN_ENDED.withPurpose(Purpose.EVALUATE);

  private Probes() {}

  /** A question of as many characters. */
  static Question ofLength(int characters) {
    String text = "What is the capital of France? ";
    String words = "word ".repeat(characters / 5 + 1);
    return openEnded(
        "doctor-long",
        (text + words).substring(0, Math.max(1, characters - 1)).strip() + "?",
        "Paris");
  }

  /** One of a row of short questions; each is asked with seeds of its own. */
  static Question ofRun(int inFlight, int number) {
    String country = CAPITALS.get(number % CAPITALS.size());
    return openEnded(
        "doctor-rate-" + inFlight + "-" + number, "What is the capital of " + country + "?", "any");
  }

  private static Question openEnded(String id, String text, String answer) {
    return new Question(
        id, Task.OPEN_ENDED, Purpose.TRAIN, text, answer, List.of(), List.of(), "", List.of());
  }
}
