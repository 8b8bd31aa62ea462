package dev.craftstream.client.exchange;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.craftstream.v1.DatasetRecord;
import dev.craftstream.v1.Label;
import java.io.IOException;

/**
 * The forms that have the prompt apart from what completes it, as TRL's trainers read them.
 *
 * <p>Where the label is ANSWER, the answer is better than the refusal. Where it is REFUSAL, the
 * refusal is good, and nothing is known that would be worse: the records hold no wrong answer of
 * the model, the gold answer isn't one, and none is invented.
 */
final class CompletionRows {
  private CompletionRows() {}

  /** The prompt and the response. */
  static void response(JsonLines.Line line, DatasetRecord row, RowStyle style) throws IOException {
    line.write(
        json -> {
          prompt(json, row, style);
          completion(json, "completion", row, row.getResponse(), style);
        });
  }

  /** The response as desirable and, where it is an answer, the refusal as undesirable. */
  static void kto(JsonLines.Line line, DatasetRecord row, RowStyle style) throws IOException {
    judged(line, row, row.getResponse(), true, style);
    if (hasPair(row, style)) {
      judged(line, row, style.refusal(), false, style);
    }
  }

  private static void judged(
      JsonLines.Line line, DatasetRecord row, String text, boolean desirable, RowStyle style)
      throws IOException {
    line.write(
        json -> {
          prompt(json, row, style);
          completion(json, "completion", row, text, style);
          json.writeBooleanField("label", desirable);
        });
  }

  /** The answer against the refusal; nothing where the refusal is right. */
  static void preference(JsonLines.Line line, DatasetRecord row, RowStyle style)
      throws IOException {
    if (hasPair(row, style)) {
      line.write(
          json -> {
            prompt(json, row, style);
            completion(json, "chosen", row, row.getResponse(), style);
            completion(json, "rejected", row, style.refusal(), style);
          });
    }
  }

  /** Whether the row's response is better than a refusal; a gold answer can read like one. */
  static boolean hasPair(DatasetRecord row, RowStyle style) {
    return row.getLabel() == Label.LABEL_ANSWER && !row.getResponse().equals(style.refusal());
  }

  private static void prompt(JsonGenerator json, DatasetRecord row, RowStyle style)
      throws IOException {
    if (!style.messages()) {
      json.writeStringField("prompt", text(row));
      return;
    }
    json.writeArrayFieldStart("prompt");
    if (!style.system().isEmpty()) {
      JsonLines.turn(json, "role", "system", "content", style.system());
    }
    JsonLines.turn(json, "role", "user", "content", row.getPrompt());
    json.writeEndArray();
  }

  /**
   * A blank stands between a prompt's text and its completion, unless the prompt ends with a line
   * break. It belongs to the completion, since the tokens of most models' words begin with it.
   */
  private static void completion(
      JsonGenerator json, String field, DatasetRecord row, String response, RowStyle style)
      throws IOException {
    if (!style.messages()) {
      boolean begun = text(row).endsWith("\n") || response.startsWith(" ");
      json.writeStringField(field, begun ? response : " " + response);
      return;
    }
    json.writeArrayFieldStart(field);
    JsonLines.turn(json, "role", "assistant", "content", response);
    json.writeEndArray();
  }

  /** Without the blanks at its end. */
  private static String text(DatasetRecord row) {
    return row.getPrompt().replaceAll(" +$", "");
  }
}
