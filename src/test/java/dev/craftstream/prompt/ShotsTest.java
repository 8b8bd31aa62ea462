package dev.craftstream.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShotsTest {
  @TempDir Path folder;

  @Test
  void theProjectsOwnAreThreeAndFive() {
    assertThat(Shots.builtIn().openEnded()).hasSize(3);
    assertThat(Shots.builtIn().multipleChoice())
        .hasSize(5)
        .allMatch(shot -> shot.options().size() == 4);
  }

  @Test
  void aUsersFileIsReadInItsOrder() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("mine.json"),
            """
            {"openEnded": [{"question": "Vad \u00e4r is?", "answer": "Fruset vatten"}],
             "multipleChoice": [{"question": "q", "options": ["x", "y"], "target": "B"}]}""");
    assertThat(Shots.read(file))
        .isEqualTo(
            new Shots(
                List.of(new Shots.OpenEnded("Vad \u00e4r is?", "Fruset vatten")),
                List.of(new Shots.MultipleChoice("q", List.of("x", "y"), "B"))));
  }

  @Test
  void shotsTravelWithTheJob() throws Exception {
    KnowledgePrompt prompt = KnowledgePrompt.standard();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(prompt);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(prompt);
    }
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense { | are no JSON",
        "[] | The shots in my.json: an object with",
        "{\"openEnded\": []} | The shots in my.json: the list \"multipleChoice\" is missing; an"
            + " empty one is written [].",
        "{\"openEnded\": [], \"multipleChoice\": [], \"more\": 1} | \"more\" is not known",
        "{\"openEnded\": [{\"question\": \"q\"}], \"multipleChoice\": []} | Open-ended shot 1 in"
            + " my.json: \"answer\" is missing or is no text",
        "{\"openEnded\": [{\"question\": \"q\", \"answer\": 4}], \"multipleChoice\": []} |"
            + " \"answer\" is missing or is no text",
        "{\"openEnded\": [{\"question\": \" \", \"answer\": \"a\"}], \"multipleChoice\": []} |"
            + " Open-ended shot 1 in my.json: its question is blank",
        "{\"openEnded\": [], \"multipleChoice\": [{\"question\": \"q\", \"options\": [\"x\"],"
            + " \"target\": \"A\"}]} | Multiple-choice shot 1 in my.json: it has 1 options",
        "{\"openEnded\": [], \"multipleChoice\": [{\"question\": \"q\", \"options\": [\"x\","
            + " \"y\"], \"target\": \"C\"}]} | its target is \"C\"; give the right option's letter,"
            + " A to B.",
        "{\"openEnded\": [], \"multipleChoice\": [{\"question\": \"q\", \"options\": [\"x\","
            + " \"\"], \"target\": \"A\"}]} | its option is blank",
      })
  void whatIsNotOfTheFormIsRefusedWithASentenceThatSaysWhere(String json, String sentence) {
    assertThatThrownBy(() -> Shots.parse(json, "my.json"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws IOException {
    Path absent = folder.resolve("absent.json");
    assertThatThrownBy(() -> Shots.read(absent))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can't be read as UTF-8 text")
        .hasMessageContaining("absent.json");
    Path latin =
        Files.write(folder.resolve("latin.json"), "\u00e4".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Shots.read(latin)).hasMessageContaining("latin.json");
  }
}
