package dev.craftstream.triton;

import dev.craftstream.method.Seeds;
import dev.craftstream.model.Question;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.triton.contract.InferenceContract.MultipleChoiceQuery;
import dev.craftstream.triton.contract.InferenceContract.SampleQuery;
import java.util.List;
import java.util.stream.IntStream;

/** How questions are put into the queries of the contracts: prompts, seeds, and limits. */
public final class ContractQueries {
  private static final double GREEDY = 0;

  private final QuerySettings settings;
  private final EvaluationSettings evaluation;

  ContractQueries(QuerySettings settings, EvaluationSettings evaluation) {
    this.settings = settings;
    this.evaluation = evaluation;
  }

  /** How a question of purpose TRAIN is asked for samples. */
  public SampleQuery samples(Question question, int questionVersion, ModelCheckpoint checkpoint) {
    boolean openEnded = question.task() == Task.OPEN_ENDED;
    String prompt = settings.prompt().prompt(question);
    return new SampleQuery(
        question.id(),
        // The tokens of words begin with their blank; a chat template's end is left as it is.
        openEnded || settings.prompt().isChat() ? prompt : prompt.stripTrailing(),
        seeds(question, questionVersion, checkpoint, settings.samples()),
        settings.temperature(),
        withThoughts(settings.maxTokens()),
        settings.sampleEnds(),
        openEnded);
  }

  /** A server can't count the tokens of thoughts and answer apart. */
  private int withThoughts(int maxTokens) {
    return maxTokens + settings.reasoning().maxTokens();
  }

  /** How a multiple-choice question of purpose TRAIN is asked. */
  public MultipleChoiceQuery letters(Question question) {
    return new MultipleChoiceQuery(
        question.id(),
        settings.prompt().prompt(question),
        IntStream.range(0, question.options().size()).mapToObj(Question::optionLetter).toList(),
        settings.prompt().isChat());
  }

  /** How a question of purpose EVALUATE is asked. */
  public SampleQuery greedy(Question question, int questionVersion, ModelCheckpoint checkpoint) {
    return new SampleQuery(
        question.id(),
        evaluation.prompt().asked(question),
        seeds(question, questionVersion, checkpoint, 1),
        GREEDY,
        withThoughts(evaluation.maxTokens()),
        evaluation.stop(),
        false);
  }

  private static List<Long> seeds(
      Question question, int questionVersion, ModelCheckpoint checkpoint, int samples) {
    return IntStream.range(0, samples)
        .mapToObj(k -> Seeds.seed(question.id(), questionVersion, checkpoint.id(), k))
        .toList();
  }
}
