package dev.craftstream.client.importing.forms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableFile;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.Question;
import java.util.List;

/** Which option a record says is the right one. */
final class Targets {
  private Targets() {}

  /**
   * The letter of the option that is named by letter, or by its number as Hugging Face's class
   * labels count: 0 is A.
   *
   * @throws UnreadableFile where a number is as large as there are options, so that the file may
   *     count from 1
   */
  static String letter(Row row, String name, int options) throws UnreadableRecord, UnreadableFile {
    JsonNode value = row.value(name);
    String target = value == null ? "" : value.asText().strip();
    if (target.isEmpty()) {
      throw UnreadableRecord.withoutAnswer(
          name + " is empty; the files without answers are for the set's own test server.");
    }
    if (!target.matches("[0-9]{1,2}")) {
      return target;
    }
    int number = Integer.parseInt(target);
    if (number == options) {
      throw new UnreadableFile(
          "%s: %s is %d, and there are %d options. Numbers of options are taken to count from 0, as those of Hugging Face do, and these seem to count from 1; write letters instead."
              .formatted(row.source().file(), name, number, options));
    }
    if (number > options) {
      throw new UnreadableRecord(
          "%s is %d; a letter, or a number from 0 to %d, is needed."
              .formatted(name, number, options - 1));
    }
    row.remark("named the right option by a number, which was taken to count from 0: 1 is B");
    return Question.optionLetter(number);
  }

  /** The letter of the one option whose label is {@code key}. */
  static String labelled(String name, String key, List<String> labels) throws UnreadableRecord {
    if (key.isBlank()) {
      throw UnreadableRecord.withoutAnswer(
          name + " is empty; the files without answers are for the set's own test server.");
    }
    int target = labels.indexOf(key);
    if (target < 0 || target != labels.lastIndexOf(key)) {
      throw new UnreadableRecord(
          "%s is \"%s\"; one of the choices' labels is needed, which are %s."
              .formatted(name, key, String.join(", ", labels)));
    }
    return Question.optionLetter(target);
  }
}
