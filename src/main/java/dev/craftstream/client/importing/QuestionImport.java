package dev.craftstream.client.importing;

import dev.craftstream.client.importing.rows.SourceFile;
import dev.craftstream.client.importing.rows.UnreadableRecord;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Sha256;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Questions of some files on their way to the job: read, held against the job's own rules, and
 * handed on in batches. Files are read twice, so that nothing is handed on before all is known to
 * be usable, and no more than the ids is held in memory.
 */
public final class QuestionImport {
  private static final int BATCH = 1_000;

  private final ReadAs readAs;
  private final List<Path> files;
  private final Adjustments adjustments;
  private final Choice choice;
  private final RecordEncoder encoder;
  private final QuestionParser rules;
  private final RecordLimits limits;
  private final Watcher watcher;

  /** Is told now and then how far the reading is. */
  public interface Watcher {
    /**
     * How far it is.
     *
     * @param writing whether this is the second time
     * @param records read so far, of all files
     * @param bytes read so far, of {@code totalBytes}
     */
    void at(boolean writing, long records, long bytes, long totalBytes);
  }

  /**
   * Opens nothing yet.
   *
   * @param wire how the job's topic holds them; a record's size depends on it
   * @param limits the job's
   */
  public QuestionImport(
      ReadAs readAs,
      List<Path> files,
      Adjustments adjustments,
      Choice choice,
      WireFormat wire,
      RecordLimits limits,
      Watcher watcher) {
    this.readAs = readAs;
    this.files = List.copyOf(files);
    this.adjustments = adjustments;
    this.choice = choice;
    this.encoder = new RecordEncoder(wire);
    this.rules = new QuestionParser(wire, limits);
    this.limits = limits;
    this.watcher = watcher;
  }

  /**
   * Reads everything and writes nothing.
   *
   * @throws IOException with a sentence, where a file cannot be read to its end
   */
  public Checked check() throws IOException {
    Walk walk = new Walk(false);
    Choice.Sampling sampling =
        choice instanceof Choice.Sample sample ? new Choice.Sampling(sample) : null;
    Tally tally = new Tally();
    Map<String, Kind> sampled = new HashMap<>();
    walk.run(
        event -> {
          if (sampling == null) {
            tally.add(Kind.of(event));
          } else {
            sampling.add(event.questionId());
            sampled.put(event.questionId(), Kind.of(event));
          }
        });
    Set<String> chosen = sampling == null ? null : sampling.ids();
    if (chosen != null) {
      chosen.forEach(id -> tally.add(sampled.get(id)));
    }
    Findings findings = walk.findings;
    return new Checked(
        walk.records,
        findings.mistakes(),
        findings.repetitions(),
        findings.withoutAnswer(),
        chosen,
        tally.counts(),
        findings.shownMistakes(),
        findings.shownRepetitions(),
        findings.shownWithoutAnswer(),
        findings.shownRemarks(),
        List.copyOf(walk.filesRead));
  }

  /** The first {@code count} of what would be written, in the files' order. */
  public List<QuestionEvent> preview(Checked checked, int count) throws IOException {
    List<QuestionEvent> preview = new ArrayList<>();
    Walk walk = new Walk(false);
    walk.run(
        event -> {
          if (checked.chosen() == null || checked.chosen().contains(event.questionId())) {
            preview.add(event);
            walk.ended = preview.size() >= count;
          }
        });
    return preview;
  }

  /** Reads everything again and hands on what was chosen, in the files' order. */
  public void write(Checked checked, Consumer<List<QuestionEvent>> batches) throws IOException {
    List<QuestionEvent> batch = new ArrayList<>(BATCH);
    new Walk(true)
        .run(
            event -> {
              if (checked.chosen() == null || checked.chosen().contains(event.questionId())) {
                batch.add(event);
              }
              if (batch.size() == BATCH) {
                batches.accept(List.copyOf(batch));
                batch.clear();
              }
            });
    if (!batch.isEmpty()) {
      batches.accept(List.copyOf(batch));
    }
  }

  private enum Kind {
    OPEN_ENDED,
    MULTIPLE_CHOICE,
    REMOVAL;

    static Kind of(QuestionEvent event) {
      if (event.question() == null) {
        return REMOVAL;
      }
      return switch (event.question().task()) {
        case OPEN_ENDED -> OPEN_ENDED;
        case MULTIPLE_CHOICE -> MULTIPLE_CHOICE;
      };
    }
  }

  private static final class Tally {
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

    void add(Kind kind) {
      counts.merge(kind, 1L, Long::sum);
    }

    Checked.Counts counts() {
      return new Checked.Counts(
          counts.getOrDefault(Kind.OPEN_ENDED, 0L),
          counts.getOrDefault(Kind.MULTIPLE_CHOICE, 0L),
          counts.getOrDefault(Kind.REMOVAL, 0L));
    }
  }

  /** Goes once through all files. */
  private final class Walk {
    private record Seen(String place, long content) {}

    private final boolean writing;
    private final Map<String, Seen> ids = new HashMap<>();
    private final Findings findings = new Findings();
    private final List<Checked.FileRead> filesRead = new ArrayList<>();
    private long records;
    private long usable;
    private long bytesBefore;
    private boolean ended;

    Walk(boolean writing) {
      this.writing = writing;
    }

    void run(Consumer<QuestionEvent> taker) throws IOException {
      long total = 0;
      for (Path file : files) {
        total += SourceFile.size(file);
      }
      for (int i = 0; i < files.size() && !isFull(); i++) {
        try (SourceFile file = new SourceFile(files.get(i))) {
          read(files.get(i), file, total, taker);
          bytesBefore += file.position();
        }
      }
    }

    private void read(Path path, SourceFile file, long total, Consumer<QuestionEvent> taker)
        throws IOException {
      long recordsBefore = records;
      long unusableBefore = findings.mistakes();
      Opening opening = Opening.of(path, file, readAs, limits);
      if (opening.reader() != null) {
        try (QuestionReader reader = opening.reader()) {
          SourceRecord record = isFull() ? null : reader.next();
          while (record != null) {
            records++;
            take(record, taker);
            watcher.at(writing, records, bytesBefore + file.position(), total);
            record = isFull() ? null : reader.next();
          }
        }
      }
      long read = records - recordsBefore;
      long unusable = findings.mistakes() - unusableBefore;
      boolean isNone = read > 0 && unusable == read && readAs instanceof ReadAs.Named;
      filesRead.add(
          new Checked.FileRead(
              path,
              opening.form(),
              read,
              unusable,
              isNone ? otherThan(opening.form(), Opening.otherForm(path)) : ""));
    }

    private static String otherThan(String form, String other) {
      return form.equals(other) ? "" : other;
    }

    private boolean isFull() {
      return ended || choice instanceof Choice.First first && usable >= first.count();
    }

    private void take(SourceRecord record, Consumer<QuestionEvent> taker) {
      if (record instanceof SourceRecord.Unusable unusable) {
        findings.mistake(record.place(), unusable.sentence());
      } else if (record instanceof SourceRecord.WithoutAnswer unanswered) {
        findings.withoutAnswer(record.place(), unanswered.sentence());
      } else if (record instanceof SourceRecord.Usable source) {
        source.remarks().forEach(what -> findings.remark(what, record.place(), ""));
        try {
          take(record.place(), adjustments.of(withGolds(record.place(), source.event())), taker);
        } catch (UnreadableRecord mistake) {
          if (mistake.isWithoutAnswer()) {
            findings.withoutAnswer(record.place(), mistake.getMessage());
          } else {
            findings.mistake(record.place(), mistake.getMessage());
          }
        }
      }
    }

    private QuestionEvent withGolds(String place, QuestionEvent event) throws UnreadableRecord {
      return event.question() == null
          ? event
          : new QuestionEvent(
              event.questionId(),
              Golds.of(event.question(), (what, example) -> findings.remark(what, place, example)),
              event.origin());
    }

    private void take(String place, QuestionEvent event, Consumer<QuestionEvent> taker)
        throws UnreadableRecord {
      Surrogates.requireWhole(event);
      EncodedRecord encoded = encoder.question(event);
      Parsed<QuestionEvent> parsed =
          rules.parse(new OriginalRecord(event.origin(), encoded.key(), encoded.value()));
      if (parsed instanceof Parsed.Event<QuestionEvent> accepted) {
        Seen now = new Seen(place, Sha256.first64Bits(encoded.value()));
        Seen before = ids.putIfAbsent(event.questionId(), now);
        if (before == null) {
          usable++;
          taker.accept(accepted.event());
        } else {
          again(event.questionId(), before, now);
        }
      } else {
        findings.mistake(place, explanation(parsed));
      }
    }

    private void again(String id, Seen before, Seen now) {
      if (before.content == now.content) {
        findings.repetition(
            now.place,
            "question_id %s is that of %s, too, with the same content."
                .formatted(id, before.place));
      } else {
        findings.mistake(
            now.place,
            "question_id %s is that of %s, too, with other content; each id names one question."
                .formatted(id, before.place));
      }
    }
  }

  static String explanation(Parsed<QuestionEvent> parsed) {
    return parsed instanceof Parsed.Rejected<QuestionEvent> rejected
        ? rejected.deadLetter().explanation()
        : "";
  }
}
