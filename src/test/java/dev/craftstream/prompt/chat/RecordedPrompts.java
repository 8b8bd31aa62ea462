package dev.craftstream.prompt.chat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What Hugging Face's code made of conversations; see src/test/chat-templates/README.md. */
final class RecordedPrompts {
  static final Path FOLDER = Path.of("src/test/resources/dev/craftstream/prompt/chat");

  private RecordedPrompts() {}

  /**
   * @param source the format or the template's file
   * @param rendered null: the template refuses the conversation
   */
  record Recorded(String source, String conversation, List<Turn> turns, String rendered) {
    @Override
    public String toString() {
      return source + " " + conversation;
    }
  }

  static List<Recorded> ofFormats() throws IOException {
    return read(FOLDER, "format");
  }

  static List<Recorded> ofTemplates(Path folder) throws IOException {
    return read(folder, "template");
  }

  private static List<Recorded> read(Path folder, String source) throws IOException {
    List<Recorded> all = new ArrayList<>();
    String json = Files.readString(folder.resolve("recorded.json"));
    for (JsonElement element : JsonParser.parseString(json).getAsJsonArray()) {
      JsonObject recorded = element.getAsJsonObject();
      if (recorded.has(source)) {
        List<Turn> turns = new ArrayList<>();
        for (JsonElement message : recorded.getAsJsonArray("messages")) {
          JsonObject turn = message.getAsJsonObject();
          turns.add(
              new Turn(
                  Turn.Role.valueOf(turn.get("role").getAsString().toUpperCase(Locale.ROOT)),
                  turn.get("content").getAsString()));
        }
        JsonElement rendered = recorded.get("rendered");
        all.add(
            new Recorded(
                recorded.get(source).getAsString(),
                recorded.get("conversation").getAsString(),
                turns,
                rendered.isJsonNull() ? null : rendered.getAsString()));
      }
    }
    return all;
  }
}
