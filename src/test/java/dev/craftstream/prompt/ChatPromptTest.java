package dev.craftstream.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.prompt.chat.BuiltInFormat;
import dev.craftstream.prompt.chat.Chat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatPromptTest {
  private static final Shots SHOTS =
      new Shots(
          List.of(new Shots.OpenEnded("What is frozen water?", "Ice")),
          List.of(new Shots.MultipleChoice("1 + 1?", List.of("1", "2"), "B")));
  private static final KnowledgePrompt PLAIN = new KnowledgePrompt("Answer.", "Choose.", SHOTS);
  private static final Chat CHAT = new Chat(BuiltInFormat.CHATML, "", false);
  private static final Question OPEN_ENDED = KnowledgePromptTest.openEnded("Who?");
  private static final Question CHOICE = KnowledgePromptTest.multipleChoice("Who?", "I", "you");

  @Test
  void shotsAreTurnsAndTheModelsOwnTurnIsBegun() {
    assertThat(PLAIN.asChat(CHAT).prompt(OPEN_ENDED))
        .isEqualTo(
            """
            <|im_start|>user
            Answer.
            Question: What is frozen water?
            Answer:<|im_end|>
            <|im_start|>assistant
            Ice<|im_end|>
            <|im_start|>user
            Answer.
            Question: Who?
            Answer:<|im_end|>
            <|im_start|>assistant
            """);
  }

  @Test
  void aMultipleChoiceQuestionEndsWithoutABlankAndItsLetterIsWeighedBehindTheModelsTurn() {
    assertThat(PLAIN.asChat(new Chat(BuiltInFormat.CHATML, "Be brief.", false)).prompt(CHOICE))
        .isEqualTo(
            """
            <|im_start|>system
            Be brief.<|im_end|>
            <|im_start|>user
            Choose.

            1 + 1?
            A. 1
            B. 2
            Answer:<|im_end|>
            <|im_start|>assistant
            B<|im_end|>
            <|im_start|>user
            Choose.

            Who?
            A. I
            B. you
            Answer:<|im_end|>
            <|im_start|>assistant
            """);
  }

  @Test
  void theVersionNamesTemplateSystemAndTurns() {
    KnowledgePrompt chat = PLAIN.asChat(CHAT);
    for (Task task : Task.values()) {
      assertThat(chat.version(task)).matches("(oe|mc)-1shot-chat-[0-9a-f]{8}");
      assertThat(
              List.of(
                  PLAIN.version(task),
                  chat.version(task),
                  PLAIN.asChat(new Chat(BuiltInFormat.GEMMA, "", false)).version(task),
                  PLAIN.asChat(new Chat(BuiltInFormat.CHATML, "Be brief.", false)).version(task),
                  new KnowledgePrompt("Answer.", "Choose.", new Shots(List.of(), List.of()))
                      .asChat(CHAT)
                      .version(task)))
          .doesNotHaveDuplicates();
      TrainingPrompt training = TrainingPrompt.standard();
      assertThat(training.asChat(CHAT).version(task)).matches("(oe|mc)-train-chat-[0-9a-f]{8}");
      assertThat(
              List.of(
                  training.version(task),
                  training.asChat(CHAT).version(task),
                  training.asChat(new Chat(BuiltInFormat.MISTRAL, "", false)).version(task),
                  training
                      .asChat(new Chat(BuiltInFormat.CHATML, "Be brief.", false))
                      .version(task)))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void aTrainerIsGivenTheTurnAroundWhichItPutsTheTemplateThatTheModelIsEvaluatedWith() {
    TrainingPrompt training = TrainingPrompt.standard().asChat(CHAT);
    for (Question question : List.of(OPEN_ENDED, CHOICE)) {
      assertThat(training.asked(question))
          .isEqualTo(
              "<|im_start|>user\n"
                  + training.prompt(question)
                  + "<|im_end|>\n<|im_start|>assistant\n");
    }
    assertThat(training.prompt(OPEN_ENDED)).isEqualTo(TrainingPrompt.standard().prompt(OPEN_ENDED));
    assertThat(training.prompt(CHOICE)).endsWith("Answer:");
    assertThat(PLAIN.asChat(CHAT).trained(OPEN_ENDED))
        .isEqualTo("Answer.\nQuestion: Who?\nAnswer:");
    assertThat(PLAIN.trained(CHOICE)).isEqualTo(PLAIN.prompt(CHOICE));
  }

  @Test
  void withoutATemplateNothingChanges() {
    assertThat(PLAIN.isChat()).isFalse();
    assertThat(TrainingPrompt.standard().asked(CHOICE))
        .isEqualTo(TrainingPrompt.standard().prompt(CHOICE));
    assertThat(PLAIN.prompt(CHOICE)).endsWith("Answer: ");
  }
}
