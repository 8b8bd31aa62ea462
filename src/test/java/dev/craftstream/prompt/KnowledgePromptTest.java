package dev.craftstream.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnowledgePromptTest {
  private static final Shots SHOTS =
      new Shots(
          List.of(
              new Shots.OpenEnded("How many legs has a cat?", "Four"),
              new Shots.OpenEnded("What is frozen water?", "Ice")),
          List.of(new Shots.MultipleChoice("1 + 1?", List.of("1", "2", "3", "4"), "B")));

  private final KnowledgePrompt prompt = new KnowledgePrompt(KnowledgePrompt.INSTRUCTION, SHOTS);

  @Test
  void anOpenEndedQuestionFollowsItsShotsInTheSameForm() {
    assertThat(prompt.prompt(openEnded("Who wrote it?")))
        .isEqualTo(
            """
            Answer the following question as simple as possible.
            Question: How many legs has a cat?
            Answer: Four

            Answer the following question as simple as possible.
            Question: What is frozen water?
            Answer: Ice

            Answer the following question as simple as possible.
            Question: Who wrote it?
            Answer:""");
  }

  @Test
  void aMultipleChoiceQuestionFollowsItsShotsInTheSameForm() {
    assertThat(prompt.prompt(multipleChoice("2 + 2?", "1", "2", "3", "4", "5")))
        .isEqualTo(
            """
            1 + 1?
            A. 1
            B. 2
            C. 3
            D. 4
            Answer: B

            2 + 2?
            A. 1
            B. 2
            C. 3
            D. 4
            E. 5
            Answer:\s""");
  }

  @Test
  void withoutShotsTheQuestionStandsAlone() {
    KnowledgePrompt bare = new KnowledgePrompt("Say it.", new Shots(List.of(), List.of()));
    assertThat(bare.prompt(openEnded("Who?"))).isEqualTo("Say it.\nQuestion: Who?\nAnswer:");
    assertThat(bare.prompt(multipleChoice("Who?", "I", "you")))
        .isEqualTo("Who?\nA. I\nB. you\nAnswer: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "What is {question} and {0}?",
        "Question: a\nAnswer: b",
        "100 % of $1 \\ {{x}} ${y} %s",
        "Answer the following question as simple as possible."
      })
  void aQuestionIsPutInAsItIs(String text) {
    String before = prompt.prompt(openEnded("MARK"));
    assertThat(prompt.prompt(openEnded(text))).isEqualTo(before.replace("MARK", text));
    String choice = prompt.prompt(multipleChoice("MARK", text, "b"));
    assertThat(choice).endsWith("MARK\nA. " + text + "\nB. b\nAnswer: ");
  }

  @Test
  void theInstructionsFirstLineEndsASample() {
    assertThat(prompt.instructionFirstLine()).isEqualTo(KnowledgePrompt.INSTRUCTION);
    assertThat(new KnowledgePrompt("\n Be short. \nBe right.", SHOTS).instructionFirstLine())
        .isEqualTo("Be short.");
    assertThatThrownBy(() -> new KnowledgePrompt(" \n", SHOTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The instruction of the knowledge query is blank");
  }

  @Test
  void theVersionNamesTheKindAndTheShots() {
    assertThat(prompt.version(Task.OPEN_ENDED)).matches("oe-2shot-[0-9a-f]{8}");
    assertThat(prompt.version(Task.MULTIPLE_CHOICE)).matches("mc-1shot-[0-9a-f]{8}");
    assertThat(new KnowledgePrompt(KnowledgePrompt.INSTRUCTION, SHOTS).version(Task.OPEN_ENDED))
        .isEqualTo(prompt.version(Task.OPEN_ENDED));
  }

  @Test
  void theVersionChangesWithEveryTextThatTheModelSees() {
    String openEnded = prompt.version(Task.OPEN_ENDED);
    KnowledgePrompt introduced = new KnowledgePrompt("Answer it.", "Choose one.", SHOTS);
    assertThat(introduced.version(Task.MULTIPLE_CHOICE))
        .isNotEqualTo(prompt.version(Task.MULTIPLE_CHOICE));
    assertThat(new KnowledgePrompt("Answer it.", SHOTS).version(Task.OPEN_ENDED))
        .isEqualTo(introduced.version(Task.OPEN_ENDED))
        .isNotEqualTo(openEnded);
    Shots otherAnswer =
        new Shots(
            List.of(SHOTS.openEnded().get(0), new Shots.OpenEnded("What is frozen water?", "ice")),
            SHOTS.multipleChoice());
    KnowledgePrompt changed = new KnowledgePrompt(KnowledgePrompt.INSTRUCTION, otherAnswer);
    assertThat(changed.version(Task.OPEN_ENDED)).isNotEqualTo(openEnded);
    // The other kind of question does not see that text.
    assertThat(changed.version(Task.MULTIPLE_CHOICE))
        .isEqualTo(prompt.version(Task.MULTIPLE_CHOICE));
    Shots otherTarget =
        new Shots(
            SHOTS.openEnded(),
            List.of(new Shots.MultipleChoice("1 + 1?", List.of("1", "2", "3", "4"), "C")));
    assertThat(
            new KnowledgePrompt(KnowledgePrompt.INSTRUCTION, otherTarget)
                .version(Task.MULTIPLE_CHOICE))
        .isNotEqualTo(prompt.version(Task.MULTIPLE_CHOICE));
  }

  @Test
  void theVersionSaysHowAnswersAreRead() {
    KnowledgePrompt standard = KnowledgePrompt.standard();
    String openEnded = standard.version(Task.OPEN_ENDED);
    String multipleChoice = standard.version(Task.MULTIPLE_CHOICE);
    KnowledgePrompt cut = standard.with(new AnswerReading(false, true));
    assertThat(cut.version(Task.OPEN_ENDED)).isEqualTo(openEnded + "-thoughts-cut");
    assertThat(cut.version(Task.MULTIPLE_CHOICE))
        .as("letters are weighed, and nothing is thought before")
        .isEqualTo(multipleChoice);
    KnowledgePrompt sampled = standard.with(new AnswerReading(true, false));
    assertThat(sampled.version(Task.OPEN_ENDED)).isEqualTo(openEnded);
    assertThat(sampled.version(Task.MULTIPLE_CHOICE)).isEqualTo(multipleChoice + "-sampled");
  }

  @Test
  void theStandardPromptShowsThreeAndFiveShots() {
    KnowledgePrompt standard = KnowledgePrompt.standard();
    assertThat(standard.version(Task.OPEN_ENDED)).startsWith("oe-3shot-");
    assertThat(standard.version(Task.MULTIPLE_CHOICE)).startsWith("mc-5shot-");
  }

  static Question openEnded(String text) {
    return new Question(
        "q", Task.OPEN_ENDED, Purpose.TRAIN, text, "gold", List.of(), List.of(), "", List.of());
  }

  static Question multipleChoice(String text, String... options) {
    return new Question(
        "q",
        Task.MULTIPLE_CHOICE,
        Purpose.TRAIN,
        text,
        "B",
        List.of(),
        List.of(options),
        "",
        List.of());
  }
}
