package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import dev.craftstream.method.CertaintyMeasures;
import dev.craftstream.method.ChoiceMeasure;
import dev.craftstream.model.knowledge.CertaintyKind;
import dev.craftstream.model.knowledge.CorrectnessRule;
import dev.craftstream.prompt.KnowledgePrompt;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;

/** Options of how models are asked, for knowledge and for evaluation. */
public final class QueryOptions {
  private QueryOptions() {}

  // The knowledge query.

  public static final ConfigOption<Integer> QUERY_SAMPLES =
      key("query.samples")
          .intType()
          .defaultValue(10)
          .withDescription(
              "Samples of an open-ended question, and of a multiple-choice one that is measured by"
                  + " them.");

  public static final ConfigOption<Double> QUERY_TEMPERATURE =
      key("query.temperature")
          .doubleType()
          .defaultValue(1.0)
          .withDescription("Temperature of the sampling.");

  public static final ConfigOption<Integer> QUERY_MAX_TOKENS =
      key("query.max-tokens")
          .intType()
          .defaultValue(50)
          .withDescription("Longest sample, in tokens, thoughts aside.");

  public static final ConfigOption<List<String>> QUERY_STOP =
      key("query.stop")
          .stringType()
          .asList()
          .defaultValues("Answer the following question")
          .withDescription(
              "Texts that end a sample at the server. The first line of the instruction always does.");

  public static final ConfigOption<String> QUERY_OPEN_ENDED_INSTRUCTION =
      key("query.open-ended.instruction")
          .stringType()
          .defaultValue(KnowledgePrompt.INSTRUCTION)
          .withDescription(
              "What each open-ended question, and each shot, is introduced with. Every measurement"
                  + " names the prompt that it rests on; answers to two prompts can't be compared, so"
                  + " change it before an INITIAL checkpoint is announced.");

  public static final ConfigOption<String> QUERY_MULTIPLE_CHOICE_INSTRUCTION =
      key("query.multiple-choice.instruction")
          .stringType()
          .defaultValue("")
          .withDescription(
              "What the prompt of a multiple-choice question begins with, before the shots. Empty:"
                  + " nothing, as in the paper. Changing it is as for open-ended questions.");

  public static final ConfigOption<String> QUERY_SHOTS =
      key("query.shots-file")
          .stringType()
          .defaultValue("")
          .withDescription(
              "JSON file with the solved questions that stand before the one that is asked; read"
                  + " where the job is submitted. Empty: the built-in ones, 3 open-ended and 5"
                  + " multiple-choice.");

  public static final ConfigOption<String> QUERY_CHAT_TEMPLATE =
      key("query.chat-template")
          .stringType()
          .defaultValue(ChatTemplates.NONE)
          .withDescription(
              "How a chat model is asked: the shots are turns of a conversation, and its own turn is"
                  + " begun. NONE: the model goes on with a text, as in the paper. CHATML, LLAMA3,"
                  + " GEMMA, MISTRAL or QWEN: the format of these models. Else the path of the model's"
                  + " tokenizer_config.json or chat_template.jinja, read where the job is submitted."
                  + " A multiple-choice instruction is then said in each turn. Changing it is as for"
                  + " open-ended instructions. See docs/your-own-model.md.");

  public static final ConfigOption<String> QUERY_SYSTEM_PROMPT =
      key("query.system-prompt")
          .stringType()
          .defaultValue("")
          .withDescription("What the system says first to a chat model. Empty: nothing.");

  public static final ConfigOption<CorrectnessRule> QUERY_OPEN_ENDED_CORRECTNESS =
      key("query.open-ended.correctness")
          .enumType(CorrectnessRule.class)
          .defaultValue(CorrectnessRule.SUBSTRING)
          .withDescription(
              "When an open-ended answer, a sample or an evaluated one, is correct. SUBSTRING: the"
                  + " paper's, the lower-cased gold answer or an alias is in it."
                  + " NORMALIZED_SUBSTRING: the same where texts that differ only in code points are"
                  + " one. WORDS: the gold answer's words stand in it, whatever their case, accents,"
                  + " articles and punctuation, numbers in words or digits. JUDGE: the model of"
                  + " judge.model says so, asked once for each distinct answer. What was measured before"
                  + " keeps its rule, and datasets take only what was measured by the rule that is"
                  + " set: change it before an INITIAL checkpoint is announced. See"
                  + " docs/judging.md.");

  public static final ConfigOption<List<String>> QUERY_REFUSALS =
      key("query.refusals")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Further phrases that begin a refusal, in any language, such as 'ik weet het niet'."
                  + " (a|b) stands for either, [a] may be left out. Those of the tables count"
                  + " anyway, see docs/judging.md.");

  public static final ConfigOption<CertaintyKind> QUERY_OPEN_ENDED_CERTAINTY =
      key("query.open-ended.certainty")
          .enumType(CertaintyKind.class)
          .defaultValue(CertaintyMeasures.PAPER.openEnded())
          .withDescription(
              "EMBEDDING_SIMILARITY: the paper's, the mean cosine of the samples' embeddings."
                  + " SEMANTIC_ENTROPY: minus the entropy over the samples' clusters of one meaning,"
                  + " 0 where there is one; rehearsal.open-ended.certainty-from must then be at most"
                  + " 0. What was measured before keeps its kind, and two kinds can't be compared:"
                  + " change it before an INITIAL checkpoint is announced, not while datasets are"
                  + " made.");

  public static final ConfigOption<Double> QUERY_CLUSTER_SIMILARITY =
      key("query.open-ended.cluster-similarity")
          .doubleType()
          .defaultValue(CertaintyMeasures.CLUSTER_SIMILARITY)
          .withDescription(
              "For SEMANTIC_ENTROPY: samples whose embeddings have at least this cosine mean the"
                  + " same. The default is for all-MiniLM-L6-v2.");

  public static final ConfigOption<CertaintyKind> QUERY_MULTIPLE_CHOICE_CERTAINTY =
      key("query.multiple-choice.certainty")
          .enumType(CertaintyKind.class)
          .defaultValue(CertaintyMeasures.PAPER.multipleChoice())
          .withDescription(
              "OPTION_ENTROPY: the paper's, the sum of p ln p over the letters' probabilities in the"
                  + " whole vocabulary. NORMALIZED_OPTION_ENTROPY: the same over the probabilities"
                  + " brought to a sum of 1. Changing it is as for open-ended questions.");

  public static final ConfigOption<ChoiceMeasure> QUERY_MULTIPLE_CHOICE_BY =
      key("query.multiple-choice.by")
          .enumType(ChoiceMeasure.class)
          .defaultValue(ChoiceMeasure.LETTER_PROBABILITIES)
          .withDescription(
              "LETTER_PROBABILITIES: the paper's, the option letters' probabilities as the next"
                  + " token. SAMPLES: what query.samples samples choose, for models that think first"
                  + " and servers that tell no probabilities (LLMAPI). Correctness is then the share"
                  + " that chooses the target, and certainty, of the kind CHOSEN_OPTION_ENTROPY,"
                  + " minus the entropy of what is chosen, none being a choice too. Prompt versions"
                  + " end with -sampled. Changing it is as for query.open-ended.certainty.");

  public static final ConfigOption<String> QUERY_REASONING_START =
      key("query.reasoning.start")
          .stringType()
          .defaultValue("")
          .withDescription(
              "What opens a reasoning model's thought, such as <think>. May be left out where the"
                  + " prompt always opens it.");

  public static final ConfigOption<String> QUERY_REASONING_END =
      key("query.reasoning.end")
          .stringType()
          .defaultValue("")
          .withDescription(
              "What closes a thought, such as </think>. Only what stands behind the last one is the"
                  + " answer, in samples and in evaluated answers; it alone is judged, embedded and"
                  + " recorded, and ended by stop texts. A text whose thought is not closed has the"
                  + " empty answer. The server must give the mark as text, which it does not for"
                  + " tokens that it calls special. Prompt versions end with -thoughts-cut. Empty:"
                  + " the model has no thoughts.");

  public static final ConfigOption<Boolean> QUERY_REASONING_OPTIONAL =
      key("query.reasoning.optional")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether a text without any mark is an answer, given without a thought. Leave it"
                  + " false where the prompt opens the thought: one that is cut off has no mark"
                  + " either, and would be judged as an answer.");

  public static final ConfigOption<Integer> QUERY_REASONING_MAX_TOKENS =
      key("query.reasoning.max-tokens")
          .intType()
          .defaultValue(4096)
          .withDescription(
              "Room for thoughts, in tokens, beside query.max-tokens and evaluation.max-tokens: the"
                  + " server is asked for the sum, and a short thought leaves its rest to the answer."
                  + " Raise triton.deadline with it.");

  // Chat templates.

  public static final ConfigOption<Boolean> CHAT_TEMPLATE_BEGIN_TOKEN =
      key("chat-template.begin-token")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether prompts begin with the begin-of-sequence token that the template writes, such"
                  + " as <s>. By default it is left out, since the server's tokenizer puts it there,"
                  + " and it would be there twice. Set it where the tokenizer does not"
                  + " (add_bos_token is false, and the template writes one).");

  public static final ConfigOption<String> CHAT_TEMPLATE_DATE =
      key("chat-template.date")
          .stringType()
          .defaultValue("")
          .withDescription(
              "The day, such as 2026-01-31, that a template shows as today's. Needed where one asks"
                  + " for it: with the real date each day's prompts would be others, and what was"
                  + " measured on two days could not be compared.");

  public static final ConfigOption<Map<String, String>> CHAT_TEMPLATE_VALUES =
      key("chat-template.values")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Further values that a model's own template knows, such as"
                  + " chat-template.values.enable_thinking: false. true, false and whole numbers are"
                  + " taken for such.");

  // Evaluation.

  public static final ConfigOption<Integer> EVALUATION_MAX_TOKENS =
      key("evaluation.max-tokens")
          .intType()
          .defaultValue(50)
          .withDescription(
              "Longest answer to a question of purpose EVALUATE, in tokens, thoughts aside.");

  public static final ConfigOption<List<String>> EVALUATION_STOP =
      key("evaluation.stop")
          .stringType()
          .asList()
          .defaultValues("Answer the following question")
          .withDescription(
              "Texts that end such an answer at the server; by default where the prompt starts to"
                  + " repeat.");

  public static final ConfigOption<Integer> EVALUATION_SUBJECTS =
      key("evaluation.subjects")
          .intType()
          .defaultValue(1_000)
          .withDescription(
              "Most subjects of a task that get an evaluation of their own, those with the most"
                  + " questions first. Each takes about a millisecond of one task.");

  public static final ConfigOption<Double> EVALUATION_WRONG_PENALTY =
      key("evaluation.wrong-penalty")
          .doubleType()
          .defaultValue(1.0)
          .withDescription(
              "What a wrong answer costs in the truthfulness score, where a correct one is worth 1 and a"
                  + " refusal 0; from 0 on.");

  public static final ConfigOption<Integer> EVALUATION_RESAMPLES =
      key("evaluation.resamples")
          .intType()
          .defaultValue(1000)
          .withDescription("Resamples of the bootstrap that makes the confidence intervals.");

  public static final ConfigOption<Double> EVALUATION_CONFIDENCE =
      key("evaluation.confidence")
          .doubleType()
          .defaultValue(0.95)
          .withDescription("Confidence of the intervals, above 0 and below 1.");

  public static final ConfigOption<Long> EVALUATION_SEED =
      key("evaluation.seed").longType().defaultValue(1L).withDescription("Seed of the bootstrap.");
}
