package dev.craftstream.client.importing.forms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.QuestionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Rows of messages, as chat models are trained on: {@code messages} with role and content, {@code
 * conversations} with from and value, or {@code prompt} and {@code completion} as such lists. One
 * turn of the user is the question, one of the assistant behind it is the gold answer; what the
 * system says is left out, for the job has a system prompt of its own.
 */
public final class ChatRows implements QuestionForm {
  private static final Set<String> SYSTEM = Set.of("system", "developer");
  private static final Set<String> USER = Set.of("user", "human");
  private static final Set<String> ASSISTANT = Set.of("assistant", "gpt", "model");

  @Override
  public boolean fits(Row row) throws UnreadableRecord {
    return isList(row, "messages")
        || isList(row, "conversations")
        || isList(row, "prompt") && isList(row, "completion");
  }

  private static boolean isList(Row row, String name) throws UnreadableRecord {
    return row.value(name) != null && row.value(name).isArray();
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    List<Row> turns = new ArrayList<>();
    if (isList(row, "messages")) {
      turns.addAll(row.objects("messages"));
    } else if (isList(row, "conversations")) {
      turns.addAll(row.objects("conversations"));
    } else {
      turns.addAll(row.objects("prompt"));
      turns.addAll(row.objects("completion"));
    }
    List<String> said = new ArrayList<>();
    for (Row turn : turns) {
      String role = turn.label(turn.has("role") ? "role" : "from").toLowerCase(Locale.ROOT);
      if (!SYSTEM.contains(role)) {
        Set<String> wanted = said.size() % 2 == 0 ? USER : ASSISTANT;
        if (!wanted.contains(role)) {
          throw new UnreadableRecord(
              "Turn %d is of \"%s\"; one turn of user and one of assistant are needed."
                  .formatted(said.size() + 1, role));
        }
        said.add(content(turn));
      }
    }
    if (said.size() != 2) {
      throw new UnreadableRecord(
          "There are %d turns of user and assistant; one question and one answer are needed."
              .formatted(said.size()));
    }
    String id = row.label("id");
    return Questions.event(
        Questions.openEnded(
            id.isEmpty() ? Questions.id("chat", said.get(0)) : id,
            said.get(0),
            said.get(1),
            List.of()));
  }

  /** A text, or parts that are all texts. */
  private static String content(Row turn) throws UnreadableRecord {
    String name = turn.has("content") ? "content" : "value";
    JsonNode content = turn.value(name);
    if (content == null || !content.isArray()) {
      return turn.text(name);
    }
    StringBuilder text = new StringBuilder();
    for (Row part : turn.objects(name)) {
      if (!part.label("type").equals("text")) {
        throw new UnreadableRecord(
            "A turn has a part of type \"%s\"; texts alone are read."
                .formatted(part.label("type")));
      }
      text.append(part.text("text"));
    }
    return text.toString();
  }
}
