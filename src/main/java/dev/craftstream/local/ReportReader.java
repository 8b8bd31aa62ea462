package dev.craftstream.local;

import dev.craftstream.method.Seeds;
import dev.craftstream.model.ModelCheckpoint;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Role;
import dev.craftstream.topics.KafkaSettings;
import dev.craftstream.topics.Limits;
import dev.craftstream.v1.DeadLetter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads what a report on a running job tells: two times through its topics, committed records only.
 * The texts are kept of a random sample of the questions, so that memory is that of the sample.
 */
public final class ReportReader {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final long SAMPLING_SEED = 1;

  private final KafkaSettings settings;
  private final OutputRecords records;
  private final int most;
  private final InputRecords inputs;
  private final TreeMap<Long, Question> sample = new TreeMap<>(Long::compareUnsigned);
  private final Set<Long> toTrainOn = new HashSet<>();
  private final LiveCheckpoints checkpoints = new LiveCheckpoints();

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
  public ReportReader(KafkaSettings settings, Limits limits, int most) {
    this.settings = settings;
    this.records = new OutputRecords(settings.format());
    this.most = most;
    this.inputs = new InputRecords(settings, limits);
  }

  /**
   * Reads everything. Once for each reader.
   *
   * @param initialId the INITIAL checkpoint to report on; empty for the newest
   * @param watcher is told a few times a second how many records are left of the present pass
   * @throws IOException with a sentence, where there is no such checkpoint
   */
  public Reading read(String initialId, LongConsumer watcher) throws IOException {
    List<String> topics =
        List.of(
            settings.topics().questions(),
            settings.topics().modelCheckpoints(),
            settings.topics().deadLetters());
    try (TopicReader reader = new TopicReader(settings, topics, true, true)) {
      var ends = reader.ends();
      while (!reader.hasReached(ends)) {
        reader.poll(LOOK).forEach(this::add);
        watcher.accept(reader.left(ends));
      }
    }
    ModelCheckpoint initial = initial(initialId);
    RunLedger ledger = new RunLedger(new ArrayList<>(sample.values()));
    RunReader.readOnce(settings, ledger, watcher);
    return new Reading(initial, rehearsalOf(initial), toTrainOn.size(), ledger);
  }

  private void add(ConsumerRecord<byte[], byte[]> entry) {
    if (entry.topic().equals(settings.topics().questions())) {
      inputs.question(entry).ifPresent(this::add);
    } else if (entry.topic().equals(settings.topics().modelCheckpoints())) {
      inputs.checkpoint(entry).ifPresent(checkpoints::add);
    } else if (entry.value() != null) {
      DeadLetter letter = records.deadLetter(entry.value());
      if (letter.getTopic().equals(settings.topics().modelCheckpoints())) {
        checkpoints.refuse(letter);
      }
    }
  }

  private void add(QuestionEvent event) {
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

  private ModelCheckpoint initial(String id) throws IOException {
    List<ModelCheckpoint> all =
        checkpoints.all().stream().filter(checkpoint -> checkpoint.role() == Role.INITIAL).toList();
    List<String> names = all.stream().map(ModelCheckpoint::id).toList();
    if (all.isEmpty()) {
      throw new IOException(
          "No INITIAL checkpoint is announced, so there is nothing to report. Announce one with ./craft announce.");
    }
    if (id.isEmpty()) {
      return all.get(all.size() - 1);
    }
    return all.stream()
        .filter(checkpoint -> checkpoint.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    "%s is no INITIAL checkpoint that is announced; there is %s."
                        .formatted(id, String.join(", ", names))));
  }

  /** The newest one. */
  private ModelCheckpoint rehearsalOf(ModelCheckpoint initial) {
    ModelCheckpoint newest = null;
    for (ModelCheckpoint checkpoint : checkpoints.all()) {
      if (checkpoint.role() == Role.REHEARSAL && checkpoint.baseId().equals(initial.id())) {
        newest = checkpoint;
      }
    }
    return newest;
  }
}
