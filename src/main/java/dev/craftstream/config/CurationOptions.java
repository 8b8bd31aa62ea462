package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import dev.craftstream.method.CertaintyMeasures;
import dev.craftstream.method.ChoiceMeasure;
import dev.craftstream.model.CertaintyKind;
import dev.craftstream.model.RehearsalThresholds;
import dev.craftstream.model.Shortage;
import dev.craftstream.model.Strategy;
import dev.craftstream.model.Thresholds;
import dev.craftstream.model.Ties;
import dev.craftstream.prompt.KnowledgePrompt;
import dev.craftstream.prompt.TrainingTexts;
import dev.craftstream.survey.DatasetSettings;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.base.DeliveryGuarantee;

/**
 * All of the job's options. {@link CurationSettings} reads and checks them; {@link
 * OptionsReference} makes the reference page of them.
 */
public final class CurationOptions {

  // ---------------------------------------------------------------- Kafka

  public static final ConfigOption<String> KAFKA_BOOTSTRAP_SERVERS =
      key("kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription("The brokers, as host:port, separated by commas. Required.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      key("kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Further settings of all Kafka clients, such as kafka.properties.security.protocol."
                  + " Secrets are not taken as they are but by where they lie: ${env:NAME},"
                  + " ${file:/path/of.properties:key} or ${directory:/path:file}, looked up in each"
                  + " process that connects. Setting config.providers replaces these three. A secret"
                  + " in the double quotes of sasl.jaas.config is put there as it lies: write a"
                  + " double quote in it as \\\" and a backslash as \\\\; in the file of ${file:..}, which"
                  + " takes backslashes for its own, with each of these backslashes doubled.");

  public static final ConfigOption<String> KAFKA_TOPIC_PREFIX =
      key("kafka.topic-prefix")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Stands before the names of all topics, so that several jobs can share a cluster.");

  public static final ConfigOption<WireFormat> KAFKA_FORMAT =
      key("kafka.format")
          .enumType(WireFormat.class)
          .defaultValue(WireFormat.JSON)
          .withDescription(
              "How records are written in all topics: JSON (proto3 JSON, for people) or PROTOBUF.");

  public static final ConfigOption<DeliveryGuarantee> KAFKA_DELIVERY_GUARANTEE =
      key("kafka.delivery-guarantee")
          .enumType(DeliveryGuarantee.class)
          .defaultValue(DeliveryGuarantee.EXACTLY_ONCE)
          .withDescription(
              "exactly-once: consumers that read committed see each record once, as often as Flink"
                  + " checkpoints are taken. at-least-once: records are seen at once; after a failure"
                  + " some come twice, the second perhaps with other answers of the model, and a"
                  + " dataset that was being written may hold questions that its manifest does not"
                  + " count.");

  public static final ConfigOption<String> KAFKA_TRANSACTIONAL_ID_PREFIX =
      key("kafka.transactional-id-prefix")
          .stringType()
          .defaultValue("craft-stream")
          .withDescription(
              "Begins the names of the sinks' transactions, and names the consumer group. Two jobs"
                  + " with the same topics need two prefixes, else they end each other's"
                  + " transactions. A job that sees another at work with its prefix and topics does"
                  + " not start; where a killed run left transactions open, it looks for one Flink"
                  + " checkpoint interval and 2 s.");

  public static final ConfigOption<Duration> KAFKA_TRANSACTION_TIMEOUT =
      key("kafka.transaction-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(15))
          .withDescription(
              "How long the broker keeps a transaction open. Must be at most the broker's"
                  + " transaction.max.timeout.ms, and longer than the longest time between two Flink"
                  + " checkpoints plus a restart: what is older than that at a restart is lost.");

  public static final ConfigOption<Integer> KAFKA_PARTITIONS =
      key("kafka.partitions")
          .intType()
          .defaultValue(4)
          .withDescription(
              "Partitions of the topics that the job creates, model-checkpoints and requests aside,"
                  + " which have one.");

  public static final ConfigOption<Integer> KAFKA_REPLICATION_FACTOR =
      key("kafka.replication-factor")
          .intType()
          .defaultValue(-1)
          .withDescription(
              "Replicas of the topics that the job creates; -1: the broker's default.");

  public static final ConfigOption<Duration> KAFKA_RETENTION =
      key("kafka.retention")
          .durationType()
          .defaultValue(Duration.ofDays(30))
          .withDescription(
              "How long the topics knowledge and dead-letters, where the job creates them, keep their"
                  + " records.");

  public static final ConfigOption<String> KAFKA_COMPRESSION =
      key("kafka.compression")
          .stringType()
          .defaultValue("lz4")
          .withDescription("Compression of what the job writes: none, gzip, snappy, lz4 or zstd.");

  // ---------------------------------------------------------------- limits on what comes in

  public static final ConfigOption<MemorySize> LIMITS_RECORD =
      key("limits.record")
          .memoryType()
          .defaultValue(new MemorySize(RecordLimits.DEFAULT.recordBytes()))
          .withDescription("Largest record, key and value together. More becomes a dead letter.");

  public static final ConfigOption<Integer> LIMITS_TEXT =
      key("limits.text")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.textCharacters())
          .withDescription("Longest question, in characters.");

  public static final ConfigOption<Integer> LIMITS_ANSWER =
      key("limits.answer")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.answerCharacters())
          .withDescription("Longest gold answer, alias or option, in characters.");

  public static final ConfigOption<Integer> LIMITS_ALIASES =
      key("limits.aliases")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.aliases())
          .withDescription("Most aliases of a question.");

  public static final ConfigOption<Integer> LIMITS_SUBJECT =
      key("limits.subject")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.subjectCharacters())
          .withDescription("Longest subject, in characters.");

  public static final ConfigOption<Integer> LIMITS_TAGS =
      key("limits.tags")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.tags())
          .withDescription("Most tags of a question.");

  public static final ConfigOption<Integer> LIMITS_TAG =
      key("limits.tag")
          .intType()
          .defaultValue(RecordLimits.DEFAULT.tagCharacters())
          .withDescription("Longest tag, in characters.");

  public static final ConfigOption<List<String>> LIMITS_FORBIDDEN_TEXTS =
      key("limits.forbidden-texts")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Texts that no question, answer, alias, option or subject may hold, such as"
                  + " [\"<|im_start|>\", \"<|im_end|>\"]: the control tokens of the chat template"
                  + " that is trained with, which many tokenizers do not take for text. A question"
                  + " that holds one becomes a dead letter.");

  // ---------------------------------------------------------------- Triton

  public static final ConfigOption<List<String>> TRITON_ENDPOINTS =
      key("triton.endpoints")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "The servers' gRPC addresses, as host:port, separated by semicolons; each serves all"
                  + " models, and requests go to them in turn. Required.");

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

  // ---------------------------------------------------------------- the knowledge query

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

  // ---------------------------------------------------------------- evaluation

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

  // ---------------------------------------------------------------- tracking

  public static final ConfigOption<Integer> TRACKER_REQUESTS_IN_FLIGHT =
      key("tracker.requests-in-flight")
          .intType()
          .defaultValue(8)
          .withDescription(
              "Questions that each parallel task asks at the same time, at least 2. Times the"
                  + " parallelism it should fill the servers and not much more.");

  public static final ConfigOption<Boolean> TRACKER_ADAPTIVE_CONCURRENCY =
      key("tracker.adaptive-concurrency")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether each parallel task asks fewer questions at the same time while the server has"
                  + " no room for more (RESOURCE_EXHAUSTED, a full queue) or does not answer in time:"
                  + " a tenth less after each round with such a failure, one more after any other, at"
                  + " most tracker.requests-in-flight. Longer latency alone changes nothing.");

  public static final ConfigOption<Integer> TRACKER_ATTEMPTS =
      key("tracker.attempts")
          .intType()
          .defaultValue(5)
          .withDescription(
              "How often a question is asked in vain, while its checkpoint answers others, before"
                  + " it becomes a dead letter. Attempts during an outage do not count.");

  public static final ConfigOption<Duration> TRACKER_FIRST_BACK_OFF =
      key("tracker.back-off.first")
          .durationType()
          .defaultValue(Duration.ofMillis(500))
          .withDescription(
              "How long a question rests after a failed attempt; doubles, with jitter.");

  public static final ConfigOption<Duration> TRACKER_MAX_BACK_OFF =
      key("tracker.back-off.max")
          .durationType()
          .defaultValue(Duration.ofSeconds(15))
          .withDescription("How long a question rests at most.");

  // ---------------------------------------------------------------- relabelling

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

  // ---------------------------------------------------------------- datasets

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

  // ---------------------------------------------------------------- rehearsal sets

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

  // ---------------------------------------------------------------- the instructions' texts

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

  private CurationOptions() {}
}
