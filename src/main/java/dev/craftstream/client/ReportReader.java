package dev.craftstream.client;

import dev.craftstream.method.Seeds;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.ModelCheckpointEvent;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.v1.DatasetManifest;
import dev.craftstream.v1.DeadLetter;
import dev.craftstream.v1.Evaluation;
import dev.craftstream.v1.Instruction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads what a report on a running job tells: two times through its topics, committed records only.
 * The texts are kept of a random sample of the questions, so that memory is that of the sample and
 * of one pair's datasets.
 */
public final class ReportReader implements RecordHandler {
  private static final long SAMPLING_SEED = 1;

  private final KafkaSettings settings;
  private final int most;
  private final RecordDispatcher dispatcher;
  private final TreeMap<Long, Question> sample = new TreeMap<>(Long::compareUnsigned);
  private final Set<Long> toTrainOn = new HashSet<>();
  private final LiveCheckpoints checkpoints;
  private final Map<String, DatasetManifest> manifests = new HashMap<>();

  /**
   * What was read.
   *
   * @param initial the INITIAL checkpoint that the report is on
   * @param rehearsal its REHEARSAL; null where there is none
   * @param questionsInAll how many questions to train on there are
   * @param ledger what the job has said of the sample, of the datasets and of the evaluations
   */
  public record Reading(
      ModelCheckpoint initial, ModelCheckpoint rehearsal, long questionsInAll, RunLedger ledger) {}

  /**
   * @param most questions in the sample, at most
   */
  public ReportReader(KafkaSettings settings, RecordLimits limits, int most) {
    this.settings = settings;
    this.most = most;
    this.dispatcher = new RecordDispatcher(settings, limits);
    this.checkpoints =
        new LiveCheckpoints(System.currentTimeMillis() - settings.retention().toMillis());
  }

  /**
   * Reads everything. Once for each reader.
   *
   * @param initialId the INITIAL checkpoint to report on; empty for the newest with a REHEARSAL
   *     that is measured, or the newest
   * @param progress of the present pass
   * @throws IOException with a sentence, where there is no such checkpoint
   */
  public Reading read(String initialId, TopicReader.Progress progress) throws IOException {
    List<String> topics =
        List.of(
            settings.topics().questions(),
            settings.topics().modelCheckpoints(),
            settings.topics().deadLetters(),
            settings.topics().instructions(),
            settings.topics().datasetManifests(),
            settings.topics().evaluations());
    TopicReader.readCommitted(settings, topics, this::add, progress);
    List<ModelCheckpoint> initials = initials(initialId);
    ModelCheckpoint initial =
        newest(initials, candidate -> rehearsalOf(candidate, this::isMeasured) != null);
    if (initial == null) {
      initial = initials.get(initials.size() - 1);
    }
    ModelCheckpoint rehearsal = rehearsalOf(initial, this::isMeasured);
    if (rehearsal == null) {
      rehearsal = rehearsalOf(initial, any -> true);
    }
    RunLedger ledger =
        new RunLedger(
            new ArrayList<>(sample.values()),
            datasetsOf(initial.id(), rehearsal == null ? "" : rehearsal.id())::contains);
    RunReader.readOnce(settings, ledger, progress);
    return new Reading(initial, rehearsal, toTrainOn.size(), ledger);
  }

  void add(ConsumerRecord<byte[], byte[]> entry) {
    dispatcher.dispatch(entry, this);
  }

  @Override
  public void add(ModelCheckpointEvent event, long writtenAt) {
    checkpoints.add(event, writtenAt);
  }

  @Override
  public void add(DatasetManifest manifest) {
    manifests.put(manifest.getDatasetId(), manifest);
    checkpoints.served(manifest);
  }

  @Override
  public void add(Evaluation evaluation) {
    checkpoints.served(evaluation.getCheckpointId());
  }

  @Override
  public void add(Instruction instruction) {
    checkpoints.served(instruction.getBasis());
  }

  @Override
  public void add(DeadLetter letter, long writtenAt) {
    if (letter.getTopic().equals(settings.topics().modelCheckpoints())) {
      checkpoints.refuse(letter);
    }
  }

  @Override
  public void add(QuestionEvent event) {
    long place = Seeds.order(SAMPLING_SEED, event.questionId());
    if (event.question() == null || event.question().purpose() != Purpose.TRAIN) {
      toTrainOn.remove(place);
      sample.remove(place);
      return;
    }
    toTrainOn.add(place);
    sample.put(place, event.question());
    if (sample.size() > most) {
      sample.pollLastEntry();
    }
  }

  /** Those to choose from, oldest first; at least one. */
  private List<ModelCheckpoint> initials(String id) throws IOException {
    List<ModelCheckpoint> all =
        checkpoints.all().stream().filter(checkpoint -> checkpoint.role() == Role.INITIAL).toList();
    if (all.isEmpty()) {
      throw new IOException(
          "No INITIAL checkpoint is announced, so there is nothing to report. Announce one with ./craft announce.");
    }
    List<ModelCheckpoint> wanted =
        all.stream().filter(checkpoint -> id.isEmpty() || checkpoint.id().equals(id)).toList();
    if (wanted.isEmpty()) {
      throw new IOException(
          "%s is no INITIAL checkpoint that is announced; there is %s."
              .formatted(
                  id, all.stream().map(ModelCheckpoint::id).collect(Collectors.joining(", "))));
    }
    return wanted;
  }

  /**
   * Whether a sweep has ended. The job chooses datasets of a REHEARSAL when that is, so a manifest
   * says it; where it is to choose none (datasets.strategies), nothing does.
   */
  private boolean isMeasured(ModelCheckpoint rehearsal) {
    return manifests.values().stream()
        .anyMatch(manifest -> manifest.getRehearsalCheckpointId().equals(rehearsal.id()));
  }

  /** The report tells no others, and their members are many. */
  private Set<String> datasetsOf(String initialId, String rehearsalId) {
    return manifests.values().stream()
        .filter(manifest -> DatasetLedger.isOf(manifest, initialId, rehearsalId))
        .map(DatasetManifest::getDatasetId)
        .collect(Collectors.toUnmodifiableSet());
  }

  private ModelCheckpoint rehearsalOf(
      ModelCheckpoint initial, Predicate<ModelCheckpoint> condition) {
    return newest(
        checkpoints.all(),
        checkpoint ->
            checkpoint.role() == Role.REHEARSAL
                && checkpoint.baseId().equals(initial.id())
                && condition.test(checkpoint));
  }

  private static ModelCheckpoint newest(
      List<ModelCheckpoint> oldestFirst, Predicate<ModelCheckpoint> condition) {
    return oldestFirst.stream().filter(condition).reduce((older, newer) -> newer).orElse(null);
  }
}
