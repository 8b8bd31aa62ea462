package dev.craftstream.triton;

import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.prompt.KnowledgePrompt;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuerySettingsTest {
  @Test
  void aSampleEndsWhereTheInstructionRepeats_whateverElseEndsIt() {
    String instruction = KnowledgePrompt.standard().instructionFirstLine();
    assertThat(ends()).containsExactly(instruction);
    assertThat(ends("\nQuestion:")).containsExactly("\nQuestion:", instruction);
    assertThat(ends("Answer the following question"))
        .as("the beginning of the instruction")
        .containsExactly("Answer the following question");
  }

  private static List<String> ends(String... stop) {
    return QuerySettings.builder().stop(List.of(stop)).build().sampleEnds();
  }
}
