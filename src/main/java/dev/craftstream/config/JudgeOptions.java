package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.prompt.JudgePrompt;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;

/** Options of the judge model; they count where query.open-ended.correctness is JUDGE. */
public final class JudgeOptions {
  private JudgeOptions() {}

  public static final ConfigOption<String> JUDGE_MODEL =
      key("judge.model")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Name of the model that judges open-ended answers, on the servers of judge.endpoints."
                  + " To be set where query.open-ended.correctness is JUDGE, and only there. See"
                  + " docs/judging.md.");

  public static final ConfigOption<String> JUDGE_MODEL_VERSION =
      key("judge.model-version")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Its version. Empty: the servers' own choice; then a model that is replaced under its"
                  + " name goes on as the same judge.");

  public static final ConfigOption<Contract> JUDGE_CONTRACT =
      key("judge.contract")
          .enumType(Contract.class)
          .defaultValue(Contract.CRAFT)
          .withDescription(
              "How it is asked, as of a model checkpoint: CRAFT, VLLM or LLMAPI. It needs no"
                  + " embeddings.");

  public static final ConfigOption<List<String>> JUDGE_ENDPOINTS =
      key("judge.endpoints")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Its servers' gRPC addresses, separated by semicolons. None: those of triton.endpoints. All else that"
                  + " triton.* says of connections, TLS and the token among it, holds for them, too.");

  public static final ConfigOption<Duration> JUDGE_DEADLINE =
      key("judge.deadline")
          .durationType()
          .defaultValue(Duration.ofMinutes(2))
          .withDescription(
              "How long one verdict may take, its retries included. After that the question rests"
                  + " with its answers, and the judge is asked again.");

  public static final ConfigOption<Integer> JUDGE_REQUESTS_IN_FLIGHT =
      key("judge.requests-in-flight")
          .intType()
          .defaultValue(64)
          .withDescription(
              "How many verdicts one task may be waiting for at once. The answers to a question are"
                  + " judged at the same time, within its one slot of tracker.requests-in-flight.");

  public static final ConfigOption<String> JUDGE_PROMPT =
      key("judge.prompt")
          .stringType()
          .defaultValue(JudgePrompt.TEXT)
          .withDescription(
              "What it is asked. {question}, {gold}, {aliases} and {answer} are put in; it has to ask"
                  + " for one word, CORRECT or INCORRECT. Records name a hash of it, and two prompts"
                  + " are two judges: change it before an INITIAL checkpoint is announced.");

  public static final ConfigOption<String> JUDGE_CHAT_TEMPLATE =
      key("judge.chat-template")
          .stringType()
          .defaultValue(ChatTemplates.NONE)
          .withDescription(
              "How a chat model is asked, as query.chat-template; the prompt is the user's turn.");

  public static final ConfigOption<String> JUDGE_SYSTEM_PROMPT =
      key("judge.system-prompt")
          .stringType()
          .defaultValue("")
          .withDescription("What the system says first to a chat model. Empty: nothing.");

  public static final ConfigOption<Integer> JUDGE_MAX_TOKENS =
      key("judge.max-tokens")
          .intType()
          .defaultValue(8)
          .withDescription("Longest reply, in tokens, thoughts aside.");

  public static final ConfigOption<List<String>> JUDGE_STOP =
      key("judge.stop")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription("Texts that end a reply at the server.");

  public static final ConfigOption<String> JUDGE_REASONING_START =
      key("judge.reasoning.start")
          .stringType()
          .defaultValue("")
          .withDescription("What opens its thought, as query.reasoning.start.");

  public static final ConfigOption<String> JUDGE_REASONING_END =
      key("judge.reasoning.end")
          .stringType()
          .defaultValue("")
          .withDescription(
              "What closes its thought, such as </think>; the verdict is read behind it. Empty: it has"
                  + " no thoughts.");

  public static final ConfigOption<Boolean> JUDGE_REASONING_OPTIONAL =
      key("judge.reasoning.optional")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether a reply without any mark is given without a thought, as"
                  + " query.reasoning.optional.");

  public static final ConfigOption<Integer> JUDGE_REASONING_MAX_TOKENS =
      key("judge.reasoning.max-tokens")
          .intType()
          .defaultValue(4096)
          .withDescription("Room for its thoughts, in tokens, beside judge.max-tokens.");
}
