package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import dev.craftstream.model.dataset.Shortage;
import dev.craftstream.model.dataset.Ties;
import dev.craftstream.model.label.FlowFilter;
import dev.craftstream.model.label.FlowRule;
import dev.craftstream.model.label.RehearsalThresholds;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.prompt.TrainingTexts;
import dev.craftstream.survey.DatasetSettings;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;

/** Options of labels, datasets and rehearsal sets, and of the texts that trainers are given. */
public final class DatasetOptions {
  private DatasetOptions() {}

  // Relabelling.

  public static final ConfigOption<Strategy> RELABEL_STRATEGY =
      key("relabel.strategy")
          .enumType(Strategy.class)
          .defaultValue(Strategy.CRAFT)
          .withDescription(
              "Which questions may become which instruction. Affects decisions from now on; what was"
                  + " decided before stays until a new pair of model checkpoints.");

  public static final ConfigOption<Double> RELABEL_OPEN_ENDED_ANSWER =
      key("relabel.open-ended.answer-from")
          .doubleType()
          .defaultValue(Thresholds.PAPER.openEndedAnswer())
          .withDescription("Least correctness of an open-ended ANSWER.");

  public static final ConfigOption<Double> RELABEL_OPEN_ENDED_REFUSAL =
      key("relabel.open-ended.refusal-to")
          .doubleType()
          .defaultValue(Thresholds.PAPER.openEndedRefusal())
          .withDescription("Greatest correctness of an open-ended REFUSAL.");

  public static final ConfigOption<Double> RELABEL_MULTIPLE_CHOICE_ANSWER =
      key("relabel.multiple-choice.answer-from")
          .doubleType()
          .defaultValue(Thresholds.PAPER.multipleChoiceAnswer())
          .withDescription("Least correctness of a multiple-choice ANSWER.");

  public static final ConfigOption<Double> RELABEL_MULTIPLE_CHOICE_REFUSAL =
      key("relabel.multiple-choice.refusal-below")
          .doubleType()
          .defaultValue(Thresholds.PAPER.multipleChoiceRefusal())
          .withDescription("A multiple-choice REFUSAL has less correctness than this.");

  public static final ConfigOption<FlowRule> RELABEL_OPEN_ENDED_FLOW =
      key("relabel.open-ended.flow-rule")
          .enumType(FlowRule.class)
          .defaultValue(FlowFilter.OPEN_ENDED.rule())
          .withDescription(
              "Under CRAFT and CRAFT_WITHOUT_CERTAINTY an open-ended question stays a REFUSAL where its"
                  + " knowledge flow is below 0 (falls), at most 0 (not-rises), or not surely above 0"
                  + " (rises-surely). With falls, the paper's rule, a question that neither model checkpoint"
                  + " answers right can never become a REFUSAL.");

  public static final ConfigOption<Double> RELABEL_OPEN_ENDED_RISE =
      key("relabel.open-ended.rise-probability-above")
          .doubleType()
          .defaultValue(FlowFilter.OPEN_ENDED.riseProbability())
          .withDescription(
              "For rises-surely: a question is dropped where the probability that it is answered right"
                  + " more often under REHEARSAL than under INITIAL, given the counts of correct samples, is"
                  + " above this.");

  public static final ConfigOption<FlowRule> RELABEL_MULTIPLE_CHOICE_FLOW =
      key("relabel.multiple-choice.flow-rule")
          .enumType(FlowRule.class)
          .defaultValue(FlowFilter.MULTIPLE_CHOICE.rule())
          .withDescription(
              "The same as relabel.open-ended.flow-rule for multiple choice. Where the letters'"
                  + " probabilities are weighed and nothing is drawn, rises-surely is not-rises.");

  public static final ConfigOption<Double> RELABEL_MULTIPLE_CHOICE_RISE =
      key("relabel.multiple-choice.rise-probability-above")
          .doubleType()
          .defaultValue(FlowFilter.MULTIPLE_CHOICE.riseProbability())
          .withDescription("The same as relabel.open-ended.rise-probability-above.");

  // Datasets.

  public static final ConfigOption<List<Strategy>> DATASETS_STRATEGIES =
      key("datasets.strategies")
          .enumType(Strategy.class)
          .asList()
          .defaultValues(Strategy.CRAFT)
          .withDescription(
              "For each of these a dataset a task is made when a REHEARSAL checkpoint has been"
                  + " measured; [] for none. Several can be compared on the same measurements.");

  public static final ConfigOption<Long> DATASETS_SEED =
      key("datasets.seed")
          .longType()
          .defaultValue(DatasetSettings.PAPER.seed())
          .withDescription(
              "Seed of the order that strategies without certainty take questions in, of the order"
                  + " among equally certain ones, and of drawing again.");

  public static final ConfigOption<Duration> DATASETS_LIVE_FOR =
      key("datasets.live-for")
          .durationType()
          .defaultValue(Duration.ofDays(30))
          .withDescription(
              "How long datasets and rehearsal sets can still change, from the announcement or"
                  + " request that they are made for. After that they are forgotten: no question is"
                  + " added to them or marked as removed, and the id of a request may be used again."
                  + " One that is not complete by then is made all the same.");

  public static final ConfigOption<Integer> DATASETS_OPEN_ENDED_ANSWERS =
      key("datasets.open-ended.answers")
          .intType()
          .defaultValue(DatasetSettings.PAPER.openEnded().answers())
          .withDescription(
              "ANSWER questions of an open-ended dataset. VAN_TUNING takes as many as ANSWER and"
                  + " REFUSAL together.");

  public static final ConfigOption<Integer> DATASETS_OPEN_ENDED_REFUSALS =
      key("datasets.open-ended.refusals")
          .intType()
          .defaultValue(DatasetSettings.PAPER.openEnded().refusals())
          .withDescription("REFUSAL questions of an open-ended dataset.");

  public static final ConfigOption<Ties> DATASETS_OPEN_ENDED_TIES =
      key("datasets.open-ended.ties")
          .enumType(Ties.class)
          .defaultValue(DatasetSettings.PAPER.openEnded().ties())
          .withDescription(
              "Which of the open-ended questions that are equally certain at the cut-off are taken:"
                  + " exact (as many as fill the dataset, by a hash of their ids) or keep-all.");

  public static final ConfigOption<Shortage> DATASETS_OPEN_ENDED_SHORTAGE =
      key("datasets.open-ended.shortage")
          .enumType(Shortage.class)
          .defaultValue(DatasetSettings.PAPER.openEnded().shortage())
          .withDescription(
              "What happens where there are too few open-ended candidates: fail (no dataset, and a"
                  + " manifest that says so), short (a smaller one) or draw-again (with replacement,"
                  + " until it is full).");

  public static final ConfigOption<Double> DATASETS_OPEN_ENDED_SURENESS =
      key("datasets.open-ended.sureness-from")
          .doubleType()
          .defaultValue(DatasetSettings.PAPER.openEnded().surenessFrom())
          .withDescription(
              "Least sureness of an open-ended candidate's label, 0 to 1: how probable it is, given the"
                  + " count of correct samples, that the chance of a right answer lies beyond the threshold"
                  + " that the label rests on. 0: any. VAN_TUNING, whose labels rest on none, takes all.");

  public static final ConfigOption<Integer> DATASETS_MULTIPLE_CHOICE_ANSWERS =
      key("datasets.multiple-choice.answers")
          .intType()
          .defaultValue(DatasetSettings.PAPER.multipleChoice().answers())
          .withDescription("ANSWER questions of a multiple-choice dataset.");

  public static final ConfigOption<Integer> DATASETS_MULTIPLE_CHOICE_REFUSALS =
      key("datasets.multiple-choice.refusals")
          .intType()
          .defaultValue(DatasetSettings.PAPER.multipleChoice().refusals())
          .withDescription("REFUSAL questions of a multiple-choice dataset.");

  public static final ConfigOption<Ties> DATASETS_MULTIPLE_CHOICE_TIES =
      key("datasets.multiple-choice.ties")
          .enumType(Ties.class)
          .defaultValue(DatasetSettings.PAPER.multipleChoice().ties())
          .withDescription("The same as datasets.open-ended.ties for multiple choice.");

  public static final ConfigOption<Shortage> DATASETS_MULTIPLE_CHOICE_SHORTAGE =
      key("datasets.multiple-choice.shortage")
          .enumType(Shortage.class)
          .defaultValue(DatasetSettings.PAPER.multipleChoice().shortage())
          .withDescription("The same as datasets.open-ended.shortage for multiple choice.");

  public static final ConfigOption<Double> DATASETS_MULTIPLE_CHOICE_SURENESS =
      key("datasets.multiple-choice.sureness-from")
          .doubleType()
          .defaultValue(DatasetSettings.PAPER.multipleChoice().surenessFrom())
          .withDescription(
              "The same as datasets.open-ended.sureness-from for multiple choice. Where the letters'"
                  + " probabilities are weighed and nothing is drawn, each label has the sureness 1.");

  // Rehearsal sets.

  public static final ConfigOption<Integer> REHEARSAL_OPEN_ENDED_QUESTIONS =
      key("rehearsal.open-ended.questions")
          .intType()
          .defaultValue(DatasetSettings.PAPER.rehearsal().openEnded())
          .withDescription(
              "Most open-ended questions of a rehearsal set, drawn at random from those that the"
                  + " INITIAL checkpoint knows well.");

  public static final ConfigOption<Double> REHEARSAL_OPEN_ENDED_CORRECTNESS =
      key("rehearsal.open-ended.correctness-from")
          .doubleType()
          .defaultValue(RehearsalThresholds.PAPER.correctness())
          .withDescription("Least correctness of an open-ended question in a rehearsal set.");

  public static final ConfigOption<Double> REHEARSAL_OPEN_ENDED_CERTAINTY =
      key("rehearsal.open-ended.certainty-from")
          .doubleType()
          .defaultValue(RehearsalThresholds.PAPER.certainty())
          .withDescription("Least certainty of an open-ended question in a rehearsal set.");

  public static final ConfigOption<Integer> REHEARSAL_MULTIPLE_CHOICE_QUESTIONS =
      key("rehearsal.multiple-choice.questions")
          .intType()
          .defaultValue(DatasetSettings.PAPER.rehearsal().multipleChoice())
          .withDescription("Most multiple-choice questions of a rehearsal set.");

  public static final ConfigOption<Double> REHEARSAL_MULTIPLE_CHOICE_TARGET_PROBABILITY =
      key("rehearsal.multiple-choice.target-probability-above")
          .doubleType()
          .defaultValue(RehearsalThresholds.PAPER.targetProbability())
          .withDescription(
              "In a multiple-choice question of a rehearsal set, the target letter's probability over"
                  + " the whole vocabulary is above this.");

  public static final ConfigOption<Long> REHEARSAL_SEED =
      key("rehearsal.seed")
          .longType()
          .defaultValue(DatasetSettings.PAPER.rehearsal().seed())
          .withDescription("Seed of the drawing of rehearsal sets.");

  // The instructions' texts.

  public static final ConfigOption<String> TRAINING_OPEN_ENDED =
      key("training.open-ended.prompt")
          .stringType()
          .defaultValue(TrainingTexts.PAPER.openEnded())
          .withDescription("Prompt of an open-ended instruction, with {question} in it once.");

  public static final ConfigOption<String> TRAINING_MULTIPLE_CHOICE =
      key("training.multiple-choice.prompt")
          .stringType()
          .defaultValue(TrainingTexts.PAPER.multipleChoice())
          .withDescription(
              "What stands before a multiple-choice question; may hold {subject} and {letters}.");

  public static final ConfigOption<String> TRAINING_MULTIPLE_CHOICE_WITHOUT_SUBJECT =
      key("training.multiple-choice.prompt-without-subject")
          .stringType()
          .defaultValue(TrainingTexts.PAPER.multipleChoiceWithoutSubject())
          .withDescription("The same for a question that names no subject; may hold {letters}.");

  public static final ConfigOption<String> TRAINING_OPEN_ENDED_REFUSAL =
      key("training.open-ended.refusal")
          .stringType()
          .defaultValue(TrainingTexts.PAPER.openEndedRefusal())
          .withDescription("Response of an open-ended REFUSAL.");

  public static final ConfigOption<String> TRAINING_MULTIPLE_CHOICE_REFUSAL =
      key("training.multiple-choice.refusal")
          .stringType()
          .defaultValue(TrainingTexts.PAPER.multipleChoiceRefusal())
          .withDescription("Response of a multiple-choice REFUSAL.");

  public static final ConfigOption<String> TRAINING_CHAT_TEMPLATE =
      key("training.chat-template")
          .stringType()
          .defaultValue(ChatTemplates.NONE)
          .withDescription(
              "The same as query.chat-template for questions of purpose EVALUATE. Instructions and"
                  + " datasets hold the turns' texts, around which the trainer puts the model's own"
                  + " template; it has to be this one.");

  public static final ConfigOption<String> TRAINING_SYSTEM_PROMPT =
      key("training.system-prompt")
          .stringType()
          .defaultValue("")
          .withDescription(
              "What the system says first to a chat model in evaluations, and in exports that do not"
                  + " name another text.");
}
