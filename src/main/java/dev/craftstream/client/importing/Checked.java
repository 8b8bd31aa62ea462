package dev.craftstream.client.importing;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is in some files.
 *
 * @param records how many were read
 * @param unusable how many of them break a rule of their form or of the job
 * @param repeated how many are there a second time, with the same content, and are left out
 * @param withoutAnswer how many questions have no answer in their file, and are left out
 * @param chosen ids to be written; null for all
 * @param mistakes a sentence for each of the first unusable ones
 * @param repetitions a sentence for each of the first repeated ones
 * @param unanswered a sentence for each of the first without an answer
 * @param remarks a sentence for each thing that whoever imports them should know
 */
public record Checked(
    long records,
    long unusable,
    long repeated,
    long withoutAnswer,
    Set<String> chosen,
    Counts counts,
    List<String> mistakes,
    List<String> repetitions,
    List<String> unanswered,
    List<String> remarks,
    List<FileRead> files) {

  /**
   * What is to be written.
   *
   * @param removals events that remove a question
   */
  public record Counts(long openEnded, long multipleChoice, long removals) {

    /** All of them. */
    public long all() {
      return openEnded + multipleChoice + removals;
    }
  }

  /**
   * One of the files.
   *
   * @param form as what it was read, in words
   * @param otherForm what its names look like instead, where nothing of it can be used; may be
   *     empty
   */
  public record FileRead(Path file, String form, long records, long unusable, String otherForm) {
    boolean isOfAnotherForm() {
      return records > 0 && unusable == records;
    }

    /** Most of what was read as questions is none: to leave that out would hide why. */
    boolean isInDoubt() {
      return unusable * 2 > records;
    }
  }

  /**
   * Why nothing of it should be written; empty where it can be.
   *
   * @param skipBad whether what cannot be used may be left out
   */
  public String refusal(boolean skipBad) {
    for (FileRead file : files) {
      if (file.records == 0) {
        return file.file + " has no questions in it.";
      }
    }
    for (FileRead file : files) {
      if (file.isOfAnotherForm()) {
        return String.format(
                Locale.ROOT,
                "None of the %,d records of %s can be used, read as %s.",
                file.records,
                file.file,
                file.form)
            + "\n"
            + shownMistakes()
            + "\nNothing was written. "
            + (file.otherForm.isEmpty()
                ? "The file is of another form: see ./craft import --help, or say which field is which with --field."
                : "Its names are those of the form " + file.otherForm + ".");
      }
    }
    if (unusable > 0 && !skipBad) {
      return "The questions cannot be used.\n"
          + shownMistakes()
          + "\nNothing was written. "
          + (files.stream().anyMatch(FileRead::isInDoubt)
              ? "They are most of "
                  + files.stream()
                      .filter(FileRead::isInDoubt)
                      .map(file -> file.file.toString())
                      .collect(Collectors.joining(", "))
                  + ", which may be of another form: see ./craft import --help."
              : "Mend them, or leave them out with --skip-bad.");
    }
    if (counts.all() == 0) {
      return String.format(
          Locale.ROOT,
          "There is no question to import: of %,d records %,d have no answer, %,d cannot be used and %,d repeat others.",
          records,
          withoutAnswer,
          unusable,
          repeated);
    }
    return "";
  }

  /** What is wrong with those that cannot be used. */
  public String shownMistakes() {
    long more = unusable - mistakes.size();
    return String.join("\n", mistakes)
        + (more > 0 ? String.format(Locale.ROOT, "%n... and %,d records more", more) : "");
  }
}
