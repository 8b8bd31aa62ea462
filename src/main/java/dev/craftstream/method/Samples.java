package dev.craftstream.method;

import java.util.List;
import java.util.regex.Pattern;

/** Where a sample of a base model ends. */
public final class Samples {
  private static final Pattern FIRST_OPTION = Pattern.compile("\\RA\\. ");

  private Samples() {}

  /**
   * The text before the first of the stop texts in it, for servers that can't be told them; all of
   * it where none is in it.
   */
  public static String endAt(String sample, List<String> stop) {
    int end = sample.length();
    for (String text : stop) {
      int at = sample.indexOf(text);
      end = at < 0 ? end : Math.min(end, at);
    }
    return sample.substring(0, end);
  }

  /**
   * A sampled choice, without the questions of its own making that a model goes on with: the text
   * before a line that begins a list of options, stripped.
   */
  static String beforeOptions(String sample) {
    return FIRST_OPTION.split(sample.strip(), 2)[0].strip();
  }

  /**
   * The answer in a sample: the text before the place where the few-shot instruction starts to
   * repeat, stripped. A model that was shown "instruction, question, answer" three times goes on in
   * that way, and what it then says about questions of its own making is no answer to ours.
   *
   * <p>The instruction starts to repeat where its first line occurs, or where the sample's last
   * line is the beginning of it, one whole word at least: there the limit on tokens cut it off. A
   * sample that consists of one line is never cut for the second reason.
   *
   * @param sample what the model said after the prompt
   * @param instructionFirstLine the first line of the few-shot instruction; blank: only strip
   * @return the answer, stripped; trimming it again changes nothing
   */
  public static String trim(String sample, String instructionFirstLine) {
    String instruction = instructionFirstLine.strip();
    if (instruction.isEmpty()) {
      return sample.strip();
    }
    int repeat = sample.indexOf(instruction);
    String answer = (repeat < 0 ? sample : sample.substring(0, repeat)).strip();
    while (true) {
      int lastBreak = Math.max(answer.lastIndexOf('\n'), answer.lastIndexOf('\r'));
      if (lastBreak < 0) {
        return answer;
      }
      String lastLine = answer.substring(lastBreak + 1);
      if (!instruction.startsWith(lastLine) || !lastLine.startsWith(firstWord(instruction))) {
        return answer;
      }
      answer = answer.substring(0, lastBreak).strip();
    }
  }

  private static String firstWord(String instruction) {
    return instruction.split("\\s", 2)[0];
  }
}
