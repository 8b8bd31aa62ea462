package dev.craftstream.triton;

import dev.craftstream.method.CertaintyMeasures;
import dev.craftstream.method.ChoiceMeasure;
import dev.craftstream.method.judging.JudgingRules;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.prompt.AnswerReading;
import dev.craftstream.prompt.KnowledgePrompt;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a knowledge query asks (paper, section 3.1).
 *
 * @param samples answers drawn to a question that is answered in words, 2 to 1000; certainty
 *     compares them with each other
 * @param temperature of the sampling, above 0 (at 0 all samples are the same) to 10
 * @param maxTokens a sample's longest length, its thoughts aside; 1 to 32768, with them
 * @param stop texts that end a sample, beside the instruction's first line; may be empty
 * @param prompt the instruction and the solved questions shown first; its reading is set to what
 *     the two last ones say
 * @param certainty which certainty is made of the answers
 * @param choices how multiple-choice questions are measured
 * @param reasoning how the model thinks first, here and when it is evaluated
 * @param judging how answers in words are judged, here and when the model is evaluated
 * @param judge the judge model, where open-ended answers are judged by one; else null
 */
public record QuerySettings(
    int samples,
    double temperature,
    int maxTokens,
    List<String> stop,
    KnowledgePrompt prompt,
    CertaintyMeasures certainty,
    ChoiceMeasure choices,
    Reasoning reasoning,
    JudgingRules judging,
    JudgeSettings judge)
    implements Serializable {

  static final int MOST_TOKENS = 32_768;

  public QuerySettings {
    stop = List.copyOf(stop);
    if (samples < 2 || samples > 1000) {
      throw new IllegalArgumentException(
          samples + " samples can't be drawn; draw 2 to 1000, since certainty compares them.");
    }
    if (!(temperature > 0 && temperature <= 10)) {
      throw new IllegalArgumentException(
          "The temperature is " + temperature + "; choose one above 0 and up to 10.");
    }
    requireUsable(maxTokens, stop);
    reasoning.requireRoomBeside(maxTokens);
    if ((judge != null) != (judging.openEnded() == CorrectnessRule.JUDGE)) {
      throw new IllegalArgumentException(
          judge == null
              ? "Open-ended answers are to be judged by JUDGE, but no judge model is named; name one."
              : "A judge model is named, but open-ended answers are judged by "
                  + judging.openEnded()
                  + "; choose JUDGE, or name no judge.");
    }
    prompt =
        prompt.with(
            new AnswerReading(choices == ChoiceMeasure.SAMPLES, reasoning.thoughts().areMarked()));
  }

  /** Whether multiple-choice questions are measured by their letters' probabilities. */
  public boolean weighsLetters() {
    return choices == ChoiceMeasure.LETTER_PROBABILITIES;
  }

  /** Begins with {@link #standard}. */
  public static Builder builder() {
    return new Builder();
  }

  /** The paper's: 10 samples at temperature 1 of at most 50 tokens, with the built-in shots. */
  public static QuerySettings standard() {
    return builder().build();
  }

  /**
   * Where the server ends a sample. What comes after the instruction repeats is neither judged nor
   * may it count for certainty.
   */
  List<String> sampleEnds() {
    String instruction = prompt.instructionFirstLine();
    if (stop.stream().anyMatch(instruction::contains)) {
      return stop;
    }
    return Stream.concat(stop.stream(), Stream.of(instruction)).toList();
  }

  static void requireUsable(int maxTokens, List<String> stop) {
    if (maxTokens < 1 || maxTokens > MOST_TOKENS) {
      throw new IllegalArgumentException(
          "A sample of up to %d tokens can't be drawn; allow 1 to %d."
              .formatted(maxTokens, MOST_TOKENS));
    }
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException(
          "An empty text is among the stop sequences; it would end every sample at once.");
    }
  }

  /** Makes settings; what is not set is as in the paper. */
  public static final class Builder {
    private int samples = 10;
    private double temperature = 1.0;
    private int maxTokens = 50;
    private List<String> stop = List.of("Answer the following question");
    private KnowledgePrompt prompt = KnowledgePrompt.standard();
    private CertaintyMeasures certainty = CertaintyMeasures.PAPER;
    private ChoiceMeasure choices = ChoiceMeasure.LETTER_PROBABILITIES;
    private Reasoning reasoning = Reasoning.NONE;
    private JudgingRules judging = JudgingRules.PAPER;
    private JudgeSettings judge;

    private Builder() {}

    public Builder samples(int value) {
      samples = value;
      return this;
    }

    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    public Builder maxTokens(int value) {
      maxTokens = value;
      return this;
    }

    public Builder stop(List<String> value) {
      stop = value;
      return this;
    }

    public Builder prompt(KnowledgePrompt value) {
      prompt = value;
      return this;
    }

    public Builder certainty(CertaintyMeasures value) {
      certainty = value;
      return this;
    }

    public Builder choices(ChoiceMeasure value) {
      choices = value;
      return this;
    }

    public Builder reasoning(Reasoning value) {
      reasoning = value;
      return this;
    }

    public Builder judging(JudgingRules value) {
      judging = value;
      return this;
    }

    public Builder judge(JudgeSettings value) {
      judge = value;
      return this;
    }

    public QuerySettings build() {
      return new QuerySettings(
          samples,
          temperature,
          maxTokens,
          stop,
          prompt,
          certainty,
          choices,
          reasoning,
          judging,
          judge);
    }
  }
}
