package dev.craftstream.client.exchange;

import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Sha256;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Questions of some files on their way to the job: read, held against the job's own rules, and
 * handed on in batches. Files are read twice, so that nothing is handed on before all is known to
 * be usable, and no more than the ids is held in memory.
 */
public final class QuestionImport {
  private static final int BATCH = 1_000;
  private static final int SHOWN = 10;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int SENTENCE_CHARACTERS = 600;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}|[\\u0080-\\u009f]");

  private final QuestionFormat format;
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
   * What is in the files.
   *
   * @param records how many were read
   * @param unusable how many of them break a rule of their form or of the job
   * @param repeated how many are there a second time, with the same content, and are left out
   * @param chosen ids to be written; null for all
   * @param mistakes a sentence for each of the first unusable ones
   * @param repetitions a sentence for each of the first repeated ones
   */
  public record Checked(
      long records,
      long unusable,
      long repeated,
      Set<String> chosen,
      Counts counts,
      List<String> mistakes,
      List<String> repetitions) {}

  /**
   * What is to be written.
   *
   * @param removals events that remove a question
   */
  public record Counts(long openEnded, long multipleChoice, long removals) {

    /** All of them. */
    public long all() {
      return openEnded + multipleChoice + removals;
    }
  }

  /**
   * Opens nothing yet.
   *
   * @param wire how the job's topic holds them; a record's size depends on it
   * @param limits the job's
   */
  public QuestionImport(
      QuestionFormat format,
      List<Path> files,
      Adjustments adjustments,
      Choice choice,
      WireFormat wire,
      RecordLimits limits,
      Watcher watcher) {
    this.format = format;
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
    return new Checked(
        walk.records,
        walk.unusable,
        walk.repeated,
        chosen,
        tally.counts(),
        List.copyOf(walk.mistakes),
        List.copyOf(walk.repetitions));
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

    Counts counts() {
      return new Counts(
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
    private final List<String> mistakes = new ArrayList<>();
    private final List<String> repetitions = new ArrayList<>();
    private long records;
    private long unusable;
    private long repeated;
    private long usable;
    private long bytesBefore;

    Walk(boolean writing) {
      this.writing = writing;
    }

    void run(Consumer<QuestionEvent> taker) throws IOException {
      long total = 0;
      for (Path file : files) {
        total += size(file);
      }
      for (int i = 0; i < files.size() && !isFull(); i++) {
        try (SeekableByteChannel channel = Files.newByteChannel(files.get(i));
            QuestionReader reader = format.open(files.get(i), content(channel), limits)) {
          SourceRecord record = isFull() ? null : reader.next();
          while (record != null) {
            records++;
            take(record, taker);
            watcher.at(writing, records, bytesBefore + channel.position(), total);
            record = isFull() ? null : reader.next();
          }
          bytesBefore += channel.position();
        }
      }
    }

    private boolean isFull() {
      return choice instanceof Choice.First first && usable >= first.count();
    }

    private void take(SourceRecord record, Consumer<QuestionEvent> taker) {
      if (record instanceof SourceRecord.Unusable unusableRecord) {
        refuse(record.place(), unusableRecord.sentence());
      } else if (record instanceof SourceRecord.Usable source) {
        QuestionEvent event = adjustments.of(source.event());
        EncodedRecord encoded = encoder.question(event);
        Parsed<QuestionEvent> parsed =
            rules.parse(new OriginalRecord(event.origin(), encoded.key(), encoded.value()));
        if (parsed instanceof Parsed.Event<QuestionEvent> accepted) {
          Seen now = new Seen(record.place(), Sha256.first64Bits(encoded.value()));
          Seen before = ids.putIfAbsent(event.questionId(), now);
          if (before == null) {
            usable++;
            taker.accept(accepted.event());
          } else {
            again(event.questionId(), before, now);
          }
        } else {
          refuse(record.place(), explanation(parsed));
        }
      }
    }

    private void again(String id, Seen before, Seen now) {
      if (before.content == now.content) {
        repeated++;
        if (repetitions.size() < SHOWN) {
          repetitions.add(
              "%s: question_id %s is that of %s, too, with the same content."
                  .formatted(now.place, id, before.place));
        }
      } else {
        refuse(
            now.place,
            "question_id %s is that of %s, too, with other content; each id names one question."
                .formatted(id, before.place));
      }
    }

    private void refuse(String place, String sentence) {
      unusable++;
      if (mistakes.size() < SHOWN) {
        mistakes.add(place + ": " + onOneLine(sentence));
      }
    }
  }

  /** What a file says may be long, and may be meant for the terminal that it is shown on. */
  private static String onOneLine(String sentence) {
    String shown =
        sentence.length() <= SENTENCE_CHARACTERS
            ? sentence
            : sentence.substring(0, SENTENCE_CHARACTERS) + "… (shortened).";
    return CONTROL.matcher(shown).replaceAll("?");
  }

  static String explanation(Parsed<QuestionEvent> parsed) {
    return parsed instanceof Parsed.Rejected<QuestionEvent> rejected
        ? rejected.deadLetter().explanation()
        : "";
  }

  private static long size(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder; name a file of questions.");
    }
    if (!Files.exists(file)) {
      throw new IOException("There is no file " + file + ".");
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          file + " is no regular file; it is read twice, so save what it gives to a file first.");
    }
    return Files.size(file);
  }

  /** Without the mark that some editors put before UTF-8. */
  private static InputStream content(SeekableByteChannel channel) throws IOException {
    byte[] mark = new byte[3];
    int read = channel.read(ByteBuffer.wrap(mark));
    boolean marked =
        read == 3 && mark[0] == (byte) 0xEF && mark[1] == (byte) 0xBB && mark[2] == (byte) 0xBF;
    channel.position(marked ? 3 : 0);
    return new BufferedInputStream(Channels.newInputStream(channel), BUFFER_BYTES);
  }
}
