package dev.craftstream.client;

import dev.craftstream.client.LiveCheckpoints.Life;
import dev.craftstream.client.exchange.Names;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.topics.kafka.CommittedProgress;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.kafka.Topics;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import dev.craftstream.v1.KnowledgeRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads all of the job's topics once, committed records only, and says what they say. What it keeps
 * of a question is its id and a few numbers: about 1 KB, so that 1 GB of heap is enough for a
 * million questions.
 */
public final class StatusReader implements RecordHandler {
  private static final int ADMIN_SECONDS = 15;

  private final KafkaSettings settings;
  private final Topics topics;
  private final RecordDispatcher dispatcher;

  private final Map<String, QuestionKind> questions = new HashMap<>();
  private final LiveCheckpoints checkpoints;
  private final CheckpointSpending spending = new CheckpointSpending();
  private final Map<String, Map<String, Integer>> measured = new HashMap<>();
  private final Map<String, Integer> versions = new HashMap<>();
  private final Map<String, Decision> decisions = new HashMap<>();
  private final Map<String, Long> deadLetters = new TreeMap<>();
  private final Map<String, DatasetManifest> manifests = new TreeMap<>();

  private record QuestionKind(Task task, Purpose purpose) {}

  private record Decision(String label, String stage) {}

  public StatusReader(KafkaSettings settings, RecordLimits limits) {
    this.settings = settings;
    this.topics = settings.topics();
    this.dispatcher = new RecordDispatcher(settings, limits);
    this.checkpoints =
        new LiveCheckpoints(System.currentTimeMillis() - settings.retention().toMillis());
  }

  /** Reads everything up to where the topics end now. Once for each reader. */
  public JobStatus read(TopicReader.Progress progress) {
    List<String> names =
        List.of(
            topics.questions(),
            topics.modelCheckpoints(),
            topics.knowledge(),
            topics.instructions(),
            topics.deadLetters(),
            topics.datasetManifests(),
            topics.evaluations());
    TopicReader.readCommitted(settings, names, this::add, progress);
    return status(lags());
  }

  void add(ConsumerRecord<byte[], byte[]> entry) {
    dispatcher.dispatch(entry, this);
  }

  @Override
  public void add(QuestionEvent event) {
    if (event.question() == null) {
      questions.remove(event.questionId());
    } else {
      questions.put(
          event.questionId(),
          new QuestionKind(event.question().task(), event.question().purpose()));
    }
  }

  @Override
  public void add(ModelCheckpointEvent event, long writtenAt) {
    checkpoints.add(event, writtenAt);
  }

  @Override
  public void add(KnowledgeRecord knowledge) {
    String id = knowledge.getQuestionId();
    checkpoints.served(knowledge.getCheckpointId());
    spending.add(knowledge);
    // The last one read: versions begin at 1 again where a question comes back, or a job starts
    // anew.
    versions.put(id, knowledge.getQuestionVersion());
    measured
        .computeIfAbsent(knowledge.getCheckpointId(), checkpoint -> new HashMap<>())
        .put(id, knowledge.getQuestionVersion());
  }

  @Override
  public void removeKnowledge(String questionId) {
    versions.remove(questionId);
    measured.values().forEach(byQuestion -> byQuestion.remove(questionId));
  }

  @Override
  public void add(Instruction instruction) {
    checkpoints.served(instruction.getBasis());
    decisions.put(
        instruction.getQuestionId(),
        new Decision(Names.label(instruction.getLabel()), Names.constant(instruction.getStage())));
  }

  @Override
  public void removeInstructions(String questionId) {
    decisions.remove(questionId);
  }

  @Override
  public void add(DeadLetter deadLetter, long writtenAt) {
    spending.add(deadLetter, writtenAt);
    deadLetters.merge(Names.constant(deadLetter.getReason()), 1L, Long::sum);
    if (deadLetter.getTopic().equals(topics.modelCheckpoints())) {
      checkpoints.refuse(deadLetter);
    }
  }

  @Override
  public void add(Evaluation evaluation) {
    checkpoints.served(evaluation.getCheckpointId());
  }

  @Override
  public void add(DatasetManifest manifest) {
    checkpoints.served(manifest);
    manifests.put(manifest.getDatasetId(), manifest);
  }

  @Override
  public void removeManifest(String datasetId) {
    manifests.remove(datasetId);
  }

  JobStatus status(List<JobStatus.Lag> lags) {
    Map<Task, Map<Purpose, Long>> counts = new EnumMap<>(Task.class);
    questions
        .values()
        .forEach(
            kind ->
                counts
                    .computeIfAbsent(kind.task, task -> new EnumMap<>(Purpose.class))
                    .merge(kind.purpose, 1L, Long::sum));
    Map<String, Map<String, Long>> labels = new TreeMap<>();
    decisions
        .values()
        .forEach(
            decision ->
                labels
                    .computeIfAbsent(decision.label, label -> new TreeMap<>())
                    .merge(decision.stage, 1L, Long::sum));
    return new JobStatus(
        checkpoints.modelTime(),
        checkpoints.lives().stream()
            .filter(Life::isLive)
            .map(
                life ->
                    new JobStatus.Live(
                        life.checkpoint(), measuredUnder(life.checkpoint()), spending.of(life)))
            .toList(),
        counts,
        labels,
        deadLetters,
        List.copyOf(manifests.values()),
        lags);
  }

  private long measuredUnder(ModelCheckpoint checkpoint) {
    return measured.getOrDefault(checkpoint.id(), Map.of()).entrySet().stream()
        .filter(entry -> questions.containsKey(entry.getKey()))
        .filter(entry -> entry.getValue().equals(versions.get(entry.getKey())))
        .count();
  }

  /** From where this run reads, such an offset does not say. */
  private static boolean isOfAnEarlierRun(OffsetAndMetadata offset) {
    return offset != null && offset.metadata().equals(CommittedProgress.EARLIER_RUN);
  }

  private List<JobStatus.Lag> lags() {
    Properties properties = new Properties();
    settings.clientProperties().forEach(properties::setProperty);
    properties.setProperty("bootstrap.servers", settings.bootstrapServers());
    properties.setProperty("default.api.timeout.ms", "15000");
    properties.setProperty("request.timeout.ms", "10000");
    try (Admin admin = Admin.create(properties)) {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(settings.transactionalIdPrefix())
              .partitionsToOffsetAndMetadata()
              .get(ADMIN_SECONDS, TimeUnit.SECONDS);
      if (committed.values().stream().anyMatch(StatusReader::isOfAnEarlierRun)) {
        return List.of();
      }
      Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
      committed.forEach(
          (partition, offset) -> {
            if (offset != null && topics.all().contains(partition.topic())) {
              wanted.put(partition, OffsetSpec.latest());
            }
          });
      var ends = admin.listOffsets(wanted).all().get(ADMIN_SECONDS, TimeUnit.SECONDS);
      Map<String, Long> byTopic = new TreeMap<>();
      ends.forEach(
          (partition, end) ->
              byTopic.merge(
                  partition.topic(),
                  Math.max(0, end.offset() - committed.get(partition).offset()),
                  Long::sum));
      List<JobStatus.Lag> lags = new ArrayList<>();
      byTopic.forEach((topic, lag) -> lags.add(new JobStatus.Lag(topic, lag)));
      return lags;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Asking Kafka for the job's lag was interrupted.", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "Kafka at %s does not say how far the consumer group %s is (%s)."
              .formatted(
                  settings.bootstrapServers(),
                  settings.transactionalIdPrefix(),
                  e.getCause() == null ? "it takes too long" : e.getCause().getMessage()),
          e);
    }
  }
}
