package dev.craftstream.client.importing.forms;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.craftstream.client.importing.rows.Row;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.List;

/** Question events as the job's topic has them. */
public final class OwnEvents implements QuestionForm {
  private static final int ANY = Integer.MAX_VALUE;

  /** The import holds what comes of it against the job's limits. */
  private static final QuestionParser PARSER =
      new QuestionParser(
          WireFormat.JSON,
          new RecordLimits(ANY, ANY, ANY, ANY, ANY, ANY, ANY, List.of(), List.of()));

  @Override
  public boolean fits(Row row) {
    return row.has("question_id")
            && (row.has("open_ended") || row.has("multiple_choice") || row.has("removal"))
        || row.has("questionId")
            && (row.has("openEnded") || row.has("multipleChoice") || row.has("removal"));
  }

  @Override
  public QuestionEvent event(Row row) throws UnreadableRecord {
    leaveOutBlankAliases(row);
    Parsed<QuestionEvent> parsed =
        PARSER.parse(new OriginalRecord(new Origin("", 0, 0), null, bytes(row)));
    if (parsed instanceof Parsed.Event<QuestionEvent> event) {
      return event.event();
    }
    throw new UnreadableRecord(
        parsed instanceof Parsed.Rejected<QuestionEvent> rejected
            ? rejected.deadLetter().explanation()
            : "");
  }

  private static byte[] bytes(Row row) throws UnreadableRecord {
    try {
      ByteBuffer bytes = UTF_8.newEncoder().encode(CharBuffer.wrap(row.object().toString()));
      return Arrays.copyOf(bytes.array(), bytes.limit());
    } catch (CharacterCodingException e) {
      throw new UnreadableRecord(
          "The event holds half of a surrogate pair; only whole Unicode characters are allowed.");
    }
  }

  /** They would be part of every answer, and the import leaves them out of every form. */
  private static void leaveOutBlankAliases(Row row) {
    for (String name : List.of("open_ended", "openEnded")) {
      if (row.object().path(name).path("aliases") instanceof ArrayNode aliases) {
        int before = aliases.size();
        for (int i = before - 1; i >= 0; i--) {
          if (aliases.get(i).isTextual() && aliases.get(i).textValue().isBlank()) {
            aliases.remove(i);
          }
        }
        if (aliases.size() < before) {
          row.remark(Questions.BLANK_GOLD);
        }
      }
    }
  }
}
