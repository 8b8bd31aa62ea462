package dev.craftstream.triton.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.craftstream.model.checkpoint.Serving;
import dev.craftstream.model.evidence.Asked;
import dev.craftstream.model.evidence.Evidence;
import dev.craftstream.model.evidence.JudgeReply;
import dev.craftstream.model.evidence.LetterProbabilities;
import dev.craftstream.model.evidence.SampledText;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * What was recorded, to be found by the request that asks for it again; on disk. Samples are found
 * by the request and their own seed, so that a request for some of a question's samples is answered
 * too. Where the same was asked twice, the answer that was added later counts.
 *
 * <p>May be read by several threads at once, after all was added.
 */
public final class RecordedAnswers implements AutoCloseable {
  private static final long CACHE_BYTES = 64L << 20;
  private static final long WRITE_BUFFER_BYTES = 32L << 20;

  /** First bytes of keys. */
  private static final byte ANSWER = 'a';

  private static final byte SAMPLE = 's';
  private static final byte REQUEST = 'r';
  private static final byte PROMPT = 'p';
  private static final byte TEXTS = 't';
  private static final byte JUDGED = 'j';

  private final Options options;
  private final LRUCache cache;
  private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  private final RocksDB index;
  private final Set<Serving> servings = new LinkedHashSet<>();

  /** A reply of each, for when it is tried out. */
  private final Map<Judge, String> judges = new LinkedHashMap<>();

  private long measurements;

  private RecordedAnswers(Path folder) throws RocksDBException {
    cache = new LRUCache(CACHE_BYTES);
    options =
        new Options()
            .setCreateIfMissing(true)
            .setErrorIfExists(true)
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setCacheIndexAndFilterBlocks(true)
                    .setFilterPolicy(new BloomFilter()));
    index = RocksDB.open(options, folder.toString());
  }

  /**
   * An index without any answer.
   *
   * @param folder is made; holds none yet
   * @throws IllegalStateException with a sentence, where the folder can't be used
   */
  public static RecordedAnswers in(Path folder) {
    // Before any object of it is made, those of fields included.
    RocksDB.loadLibrary();
    try {
      return new RecordedAnswers(folder);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  private static IllegalStateException failed(RocksDBException e) {
    return new IllegalStateException(
        "The index of recorded samples can't be used: " + e.getMessage() + ".", e);
  }

  // ---------------------------------------------------------------- in

  /** Adds what one measurement rests on. */
  public void add(Evidence evidence) {
    Serving serving = evidence.serving();
    Asked asked = evidence.asked();
    byte[] request = RequestKey.of(serving, asked);
    long number = measurements++;
    byte[] place = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    try (WriteBatch batch = new WriteBatch()) {
      batch.put(key(ANSWER, place), StoredAnswer.encode(evidence));
      batch.put(key(REQUEST, request), place);
      batch.put(key(PROMPT, RequestKey.ofPrompt(serving, asked.prompt())), place);
      for (int k = 0; k < evidence.textOfSample().length; k++) {
        batch.put(sample(request, asked.seeds().get(k)), place(number, evidence.textOfSample()[k]));
      }
      if (!serving.embeddingModelName().isEmpty() && evidence.precision() != null) {
        addTexts(batch, evidence, number);
      }
      if (evidence.judge() != null) {
        addReplies(batch, evidence);
      }
      index.write(unlogged, batch);
    } catch (RocksDBException e) {
      throw failed(e);
    }
    servings.add(serving);
  }

  /**
   * An embedding model was asked for the distinct answers, in their order. A vector of one text may
   * differ in its last bits from one request to another, so the whole request counts first.
   */
  private static void addTexts(WriteBatch batch, Evidence evidence, long number)
      throws RocksDBException {
    Serving serving = evidence.serving();
    Map<String, Integer> distinct = new LinkedHashMap<>();
    for (int i = 0; i < evidence.texts().size(); i++) {
      distinct.putIfAbsent(evidence.texts().get(i).judged(), i);
    }
    for (Map.Entry<String, Integer> text : distinct.entrySet()) {
      batch.put(texts(serving, List.of(text.getKey())), place(number, text.getValue()));
    }
    if (distinct.size() > 1) {
      batch.put(texts(serving, List.copyOf(distinct.keySet())), place(number, 0));
    }
  }

  private void addReplies(WriteBatch batch, Evidence evidence) throws RocksDBException {
    Judge judge = new Judge(evidence.judge().modelName(), evidence.judge().modelVersion());
    for (SampledText text : evidence.texts()) {
      JudgeReply reply = text.reply();
      if (reply != null) {
        judges.putIfAbsent(judge, reply.text());
        batch.put(judged(judge, reply.promptHash()), reply.text().getBytes(UTF_8));
      }
    }
  }

  private static byte[] judged(Judge judge, long promptHash) {
    return key(JUDGED, RequestKey.ofJudged(judge.name(), judge.version(), promptHash));
  }

  private static byte[] texts(Serving serving, List<String> texts) {
    return key(
        TEXTS,
        RequestKey.ofTexts(serving.embeddingModelName(), serving.embeddingModelVersion(), texts));
  }

  // ---------------------------------------------------------------- out

  /** How many measurements were added. */
  public long measurements() {
    return measurements;
  }

  /** Where the models were served that were asked, and how. */
  public Set<Serving> servings() {
    return Set.copyOf(servings);
  }

  /** A judge model. */
  public record Judge(String name, String version) {}

  /** The judge models whose verdicts were recorded. */
  public Set<Judge> judges() {
    return Set.copyOf(judges.keySet());
  }

  /** What the judge model replied to the prompt. */
  Optional<String> reply(Judge judge, String prompt) {
    return Optional.ofNullable(get(judged(judge, JudgeReply.hash(prompt))))
        .map(reply -> new String(reply, UTF_8));
  }

  /** Any reply of the judge model. */
  Optional<String> anyReply(Judge judge) {
    return Optional.ofNullable(judges.get(judge));
  }

  /** A text that was sampled, with the answer that it lies in. */
  record Found(SampledText text, StoredAnswer answer) {
    /** Empty where none was recorded. */
    double[] embedding() {
      return text.embedding().length == 0
          ? new double[0]
          : answer.precision().decode(text.embedding());
    }
  }

  /** The sample of each seed; null where one of them was not recorded. */
  List<Found> samples(Serving serving, Asked asked) {
    byte[] request = RequestKey.of(serving, asked);
    Map<Long, StoredAnswer> answers = new HashMap<>();
    List<Found> samples = new ArrayList<>(asked.seeds().size());
    for (long seed : asked.seeds()) {
      byte[] place = get(sample(request, seed));
      if (place == null) {
        return null;
      }
      samples.add(found(place, answers));
    }
    return samples;
  }

  /** The answer of an embedding model; null where one of the texts was not recorded. */
  List<Found> texts(String model, String version, List<String> texts) {
    byte[] whole = get(key(TEXTS, RequestKey.ofTexts(model, version, texts)));
    if (texts.size() > 1 && whole != null) {
      StoredAnswer answer = answer(ByteBuffer.wrap(whole).getLong());
      return texts.stream().map(text -> found(answer, text)).toList();
    }
    Map<Long, StoredAnswer> answers = new HashMap<>();
    List<Found> found = new ArrayList<>(texts.size());
    for (String text : texts) {
      byte[] place = get(key(TEXTS, RequestKey.ofTexts(model, version, List.of(text))));
      if (place == null) {
        return null;
      }
      found.add(found(place, answers));
    }
    return found;
  }

  private static Found found(StoredAnswer answer, String judged) {
    return answer.texts().stream()
        .filter(text -> text.judged().equals(judged))
        .findFirst()
        .map(text -> new Found(text, answer))
        .orElseThrow(() -> new IllegalStateException("The index contradicts itself."));
  }

  Optional<LetterProbabilities> letters(Serving serving, Asked asked) {
    byte[] place = get(key(REQUEST, RequestKey.of(serving, asked)));
    return place == null
        ? Optional.empty()
        : Optional.ofNullable(answer(ByteBuffer.wrap(place).getLong()).letters());
  }

  /** Whether the same was asked, if perhaps with other seeds. */
  boolean knows(Serving serving, Asked asked) {
    return get(key(REQUEST, RequestKey.of(serving, asked))) != null;
  }

  boolean knowsPrompt(Serving serving, String prompt) {
    return get(key(PROMPT, RequestKey.ofPrompt(serving, prompt))) != null;
  }

  private Found found(byte[] place, Map<Long, StoredAnswer> answers) {
    ByteBuffer buffer = ByteBuffer.wrap(place);
    StoredAnswer answer = answers.computeIfAbsent(buffer.getLong(), this::answer);
    return new Found(answer.texts().get(buffer.getInt()), answer);
  }

  private StoredAnswer answer(long number) {
    return StoredAnswer.decode(
        get(key(ANSWER, ByteBuffer.allocate(Long.BYTES).putLong(number).array())));
  }

  private byte[] get(byte[] key) {
    try {
      return index.get(key);
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  // ---------------------------------------------------------------- keys

  private static byte[] key(byte kind, byte[] key) {
    return ByteBuffer.allocate(1 + key.length).put(kind).put(key).array();
  }

  private static byte[] sample(byte[] request, long seed) {
    return ByteBuffer.allocate(1 + RequestKey.BYTES + Long.BYTES)
        .put(SAMPLE)
        .put(request)
        .putLong(seed)
        .array();
  }

  private static byte[] place(long number, int text) {
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(number).putInt(text).array();
  }

  @Override
  public void close() {
    index.close();
    unlogged.close();
    options.close();
    cache.close();
  }
}
