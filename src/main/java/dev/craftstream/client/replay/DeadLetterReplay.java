package dev.craftstream.client.replay;

import dev.craftstream.client.TopicReader;
import dev.craftstream.topics.kafka.KafkaSettings;
import dev.craftstream.v1.DeadLetter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.KafkaException;

/**
 * Sends records that became dead letters back to the partition that they came from, byte for byte.
 *
 * <p><b>Once.</b> A replayed record carries in its headers where the original lies. Whoever finds
 * it knows that the original was replayed, so record and mark are one write and a process that dies
 * leaves either both or none. All is written in transactions with one id a job: of two commands at
 * the same time the later one keeps the earlier one from writing, and looks after that.
 *
 * <p><b>Never over a newer one.</b> A dead letter is left alone where a newer record of the same
 * key came that the job did not refuse. What comes while this runs is looked for before each
 * commit, and the transaction is aborted for it.
 *
 * <p>Memory holds some hundred bytes for each dead letter.
 */
public final class DeadLetterReplay {
  private static final int BATCH_LETTERS = 200;
  private static final long BATCH_BYTES = 4 << 20;

  private final KafkaSettings kafka;
  private final ReplayChoice choice;
  private final TopicReader.Progress progress;
  private final ReplayReport report = new ReplayReport();

  public DeadLetterReplay(KafkaSettings kafka, ReplayChoice choice, TopicReader.Progress progress) {
    this.kafka = kafka;
    this.choice = choice;
    this.progress = progress;
  }

  /**
   * Looks what {@link #replay} would do now, and writes nothing.
   *
   * @throws IllegalStateException with a sentence, where no broker answers or a topic is not there
   */
  public ReplayReport look() {
    LetterScan letters = LetterScan.of(kafka, choice, report, progress);
    List<String> topics = SourceHistory.topics(kafka, letters.chosen());
    if (topics.isEmpty()) {
      letters.chosen().forEach(letter -> report.add(letter.reason(), Outcome.OUT_OF_REACH));
      return report;
    }
    try (SourceHistory history = new SourceHistory(kafka, topics, letters, progress)) {
      choose(letters, history).forEach(letter -> report.add(letter.reason(), Outcome.REPLAYED));
    }
    return report;
  }

  /**
   * Replays what is chosen.
   *
   * @throws IllegalStateException with a sentence, where no broker answers, a topic is not there or
   *     another command like this began meanwhile
   */
  public ReplayReport replay() {
    // First of all: nobody else writes from here on.
    try (ReplayWriter writer = new ReplayWriter(kafka)) {
      LetterScan letters = LetterScan.of(kafka, choice, report, progress);
      List<String> topics = SourceHistory.topics(kafka, letters.chosen());
      if (topics.isEmpty()) {
        letters.chosen().forEach(letter -> report.add(letter.reason(), Outcome.OUT_OF_REACH));
        return report;
      }
      try (SourceHistory history = new SourceHistory(kafka, topics, letters, progress);
          LetterReader reader = new LetterReader(kafka)) {
        write(choose(letters, history), history, reader, writer);
      }
      return report;
    } catch (KafkaException e) {
      if (ReplayWriter.isFenced(e)) {
        throw new IllegalStateException(
            "Another ./craft replay of this job began, and goes on instead. What this one had replayed is not replayed again.",
            e);
      }
      throw e;
    }
  }

  /** What is to be written, in that order; the report gets everything else. */
  private List<Letter> choose(LetterScan letters, SourceHistory history) {
    List<Letter> left = new ArrayList<>();
    for (Letter letter : letters.chosen()) {
      Optional<Outcome> obstacle = obstacle(letter, history);
      obstacle.ifPresentOrElse(
          outcome -> report.add(letter.reason(), outcome), () -> left.add(letter));
    }
    List<Letter> chosen = newestOfEach(left);
    chosen.sort(Comparator.comparingLong(Letter::writtenAt));
    int most = (int) Math.min(choice.limit(), chosen.size());
    chosen
        .subList(most, chosen.size())
        .forEach(letter -> report.add(letter.reason(), Outcome.LEFT));
    List<Letter> written = new ArrayList<>(chosen.subList(0, most));
    written.sort(order());
    return written;
  }

  private Optional<Outcome> obstacle(Letter letter, SourceHistory history) {
    if (history.isReplayed(letter)) {
      return Optional.of(Outcome.REPLAYED_BEFORE);
    }
    if (history.isSuperseded(letter)) {
      return Optional.of(Outcome.SUPERSEDED);
    }
    if (!history.reachesBackTo(letter)) {
      return Optional.of(Outcome.OUT_OF_REACH);
    }
    if (letter.isCut()) {
      return Optional.of(Outcome.CUT);
    }
    return letter.replays() >= choice.maxReplays()
        ? Optional.of(Outcome.TOO_OFTEN)
        : Optional.empty();
  }

  /** Of several on the same subject the newest counts, and supersedes the others. */
  private List<Letter> newestOfEach(List<Letter> letters) {
    Map<List<String>, Letter> newest = new HashMap<>();
    List<Letter> chosen = new ArrayList<>();
    for (Letter letter : letters) {
      if (letter.subject() == null) {
        chosen.add(letter);
        continue;
      }
      List<String> subject = List.of(letter.origin().topic(), letter.subject());
      Letter other = newest.get(subject);
      if (other == null || isNewer(letter, other)) {
        newest.put(subject, letter);
      }
      if (other != null) {
        report.add((isNewer(letter, other) ? other : letter).reason(), Outcome.SUPERSEDED);
      }
    }
    chosen.addAll(newest.values());
    return chosen;
  }

  private static boolean isNewer(Letter letter, Letter other) {
    return letter.origin().partition() == other.origin().partition()
        ? letter.origin().offset() > other.origin().offset()
        : letter.writtenAt() > other.writtenAt();
  }

  /**
   * Questions as their dead letters lie, which is read fastest. The others as they came: a model
   * checkpoint is announced before those that are made from it, and before requests name it.
   */
  private Comparator<Letter> order() {
    List<String> topics = kafka.topics().inputs();
    String questions = kafka.topics().questions();
    return Comparator.<Letter>comparingInt(letter -> topics.indexOf(letter.origin().topic()))
        .thenComparingInt(
            letter ->
                letter.origin().topic().equals(questions)
                    ? letter.partition()
                    : letter.origin().partition())
        .thenComparingLong(
            letter ->
                letter.origin().topic().equals(questions)
                    ? letter.offset()
                    : letter.origin().offset());
  }

  private void write(
      List<Letter> letters, SourceHistory history, LetterReader reader, ReplayWriter writer) {
    Map<Letter, DeadLetter> batch = new LinkedHashMap<>();
    long bytes = 0;
    long done = 0;
    for (Letter letter : letters) {
      Optional<DeadLetter> content = reader.fetch(letter);
      if (content.isEmpty()) {
        report.add(letter.reason(), Outcome.OUT_OF_REACH);
        continue;
      }
      batch.put(letter, content.get());
      bytes += content.get().getOriginalKey().size() + content.get().getOriginalValue().size();
      if (batch.size() == BATCH_LETTERS || bytes >= BATCH_BYTES) {
        writeBatch(batch, history, writer);
        done += batch.size();
        progress.at(done, letters.size() - done);
        batch.clear();
        bytes = 0;
      }
    }
    writeBatch(batch, history, writer);
  }

  /** Writes all of them at once, those aside that turn out not to be written. */
  private void writeBatch(
      Map<Letter, DeadLetter> batch, SourceHistory history, ReplayWriter writer) {
    Map<Letter, DeadLetter> left = new LinkedHashMap<>(batch);
    while (!left.isEmpty()) {
      writer.begin();
      left.forEach(writer::send);
      Set<Letter> tooLarge = writer.flush();
      history.follow();
      Set<Letter> superseded = new HashSet<>();
      left.keySet().stream().filter(history::isSuperseded).forEach(superseded::add);
      if (tooLarge.isEmpty() && superseded.isEmpty()) {
        writer.commit();
        left.keySet().forEach(letter -> report.add(letter.reason(), Outcome.REPLAYED));
        return;
      }
      writer.abort();
      tooLarge.removeAll(superseded);
      tooLarge.forEach(letter -> report.add(letter.reason(), Outcome.TOO_LARGE));
      superseded.forEach(letter -> report.add(letter.reason(), Outcome.SUPERSEDED));
      left.keySet().removeAll(tooLarge);
      left.keySet().removeAll(superseded);
    }
  }
}
