package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;

/** Options of the model servers. */
public final class TritonOptions {
  private TritonOptions() {}

  public static final ConfigOption<List<String>> TRITON_ENDPOINTS =
      key("triton.endpoints")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "The servers' gRPC addresses, as host:port, separated by semicolons; each serves all"
                  + " models, and a request goes where the fewest of its task are under way. Required.");

  public static final ConfigOption<Duration> TRITON_DEADLINE =
      key("triton.deadline")
          .durationType()
          .defaultValue(Duration.ofMinutes(2))
          .withDescription(
              "How long one request may take, its retries included. After that the question rests"
                  + " and is asked again.");

  public static final ConfigOption<Duration> TRITON_MODEL_READY_TIMEOUT =
      key("triton.model-ready-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(60))
          .withDescription(
              "How long an announced model may take to load, once its server answers, before the"
                  + " announcement becomes a dead letter.");

  public static final ConfigOption<Duration> TRITON_KEEP_ALIVE_TIME =
      key("triton.keep-alive.time")
          .durationType()
          .defaultValue(Duration.ofSeconds(60))
          .withDescription(
              "How long a connection with requests in flight may be silent before it is probed; at"
                  + " least 10 s, and no shorter than the server permits.");

  public static final ConfigOption<Duration> TRITON_KEEP_ALIVE_TIMEOUT =
      key("triton.keep-alive.timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(20))
          .withDescription("How long a probe may go unanswered before the connection is given up.");

  public static final ConfigOption<Integer> TRITON_STREAMS_IN_FLIGHT =
      key("triton.streams-in-flight")
          .intType()
          .defaultValue(256)
          .withDescription(
              "Most requests by the contracts that take one request a sample (VLLM, LLMAPI) that a"
                  + " task has at the servers at once; the others wait their turn. Such a question is"
                  + " one of tracker.requests-in-flight and makes query.samples of them. Set it"
                  + " to max_num_seqs of vLLM or max_batch_size of TensorRT-LLM, times the servers,"
                  + " divided by the parallelism: what waits in vLLM's own queue is not dropped when"
                  + " it is cancelled.");

  public static final ConfigOption<String> TRITON_ADAPTERS_FOLDER =
      key("triton.adapters-folder")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Folder on the servers that has the LoRA adapters of checkpoints of the contract"
                  + " LLMAPI, each in a folder of its name. Models of the other contracts know their"
                  + " adapters themselves.");

  public static final ConfigOption<MemorySize> TRITON_MAX_MESSAGE =
      key("triton.max-message")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(64))
          .withDescription("Largest request and answer.");

  public static final ConfigOption<Integer> TRITON_MAX_SAMPLE =
      key("triton.max-sample")
          .intType()
          .defaultValue(32_768)
          .withDescription(
              "Longest sample that a model may give, in characters. A longer one makes the answer"
                  + " unusable, and the question a dead letter.");

  public static final ConfigOption<Duration> TRITON_RETRY_FIRST =
      key("triton.retry.first-back-off")
          .durationType()
          .defaultValue(Duration.ofMillis(200))
          .withDescription("Pause before a request is first sent again; doubles, with jitter.");

  public static final ConfigOption<Duration> TRITON_RETRY_MAX =
      key("triton.retry.max-back-off")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription("Longest pause between two attempts, of a request or to connect.");

  public static final ConfigOption<Boolean> TRITON_TLS =
      key("triton.tls.enabled")
          .booleanType()
          .defaultValue(false)
          .withDescription("Whether connections are encrypted.");

  public static final ConfigOption<String> TRITON_TLS_TRUST =
      key("triton.tls.trust-file")
          .stringType()
          .defaultValue("")
          .withDescription(
              "PEM file of the authorities that the server's certificate is checked against; empty:"
                  + " those that Java trusts. Must exist on each task manager.");

  public static final ConfigOption<String> TRITON_TLS_CERTIFICATE =
      key("triton.tls.certificate-file")
          .stringType()
          .defaultValue("")
          .withDescription("PEM file of the client's certificate chain, for mutual TLS.");

  public static final ConfigOption<String> TRITON_TLS_KEY =
      key("triton.tls.key-file")
          .stringType()
          .defaultValue("")
          .withDescription("PEM file of that certificate's private key (PKCS#8, not encrypted).");

  public static final ConfigOption<String> TRITON_TOKEN_HEADER =
      key("triton.token.header")
          .stringType()
          .defaultValue("authorization")
          .withDescription("Header of the token; authorization gets `Bearer ` before it.");

  public static final ConfigOption<String> TRITON_TOKEN_VARIABLE =
      key("triton.token.environment-variable")
          .stringType()
          .defaultValue("")
          .withDescription("Environment variable of the task managers that holds the token.");

  public static final ConfigOption<String> TRITON_TOKEN_FILE =
      key("triton.token.file")
          .stringType()
          .defaultValue("")
          .withDescription("File on the task managers that holds the token.");
}
