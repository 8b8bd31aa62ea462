package dev.craftstream.topics.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.craftstream.model.Origin;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.Purpose;
import dev.craftstream.model.Question;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.Task;
import dev.craftstream.model.checkpoint.Contract;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import dev.craftstream.model.checkpoint.Role;
import dev.craftstream.model.checkpoint.Serving;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the bytes: an event or a dead letter, and never an exception. */
class AnyBytesTest {

  private static final int ROUNDS = 20_000;
  private static final Origin ORIGIN = new Origin("t", 0, 0);

  private static final byte[][] FRAGMENTS = {
    "{}".getBytes(UTF_8),
    "[".getBytes(UTF_8),
    "null".getBytes(UTF_8),
    "\"\\ud800\"".getBytes(UTF_8),
    "\"question_id\":".getBytes(UTF_8),
    "1e999".getBytes(UTF_8),
    "-0".getBytes(UTF_8),
    "18446744073709551616".getBytes(UTF_8),
    "\"request_id\":".getBytes(UTF_8),
    "\"strategy\":".getBytes(UTF_8),
    {(byte) 0xFF},
    {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80},
    {0},
  };

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void givenRandomAndMutatedBytes_whenParsed_thenNothingEscapes(WireFormat format) {
    RecordEncoder encoder = new RecordEncoder(format);
    List<byte[]> seeds = new ArrayList<>();
    seeds.add(
        encoder
            .question(
                new QuestionEvent(
                    "q",
                    new Question(
                        "q",
                        Task.OPEN_ENDED,
                        Purpose.EVALUATE,
                        "Wo liegt Köln?",
                        "am Rhein",
                        List.of("Rhein"),
                        List.of(),
                        "geography",
                        List.of("t")),
                    ORIGIN))
            .value());
    seeds.add(
        encoder
            .question(
                new QuestionEvent(
                    "q",
                    new Question(
                        "q",
                        Task.MULTIPLE_CHOICE,
                        Purpose.TRAIN,
                        "2 + 2?",
                        "A",
                        List.of(),
                        List.of("4", "5"),
                        "",
                        List.of()),
                    ORIGIN))
            .value());
    seeds.add(
        encoder
            .announcement(
                new ModelCheckpoint(
                    "c", 1, Role.TUNED, "b", new Serving("m", "1", Contract.VLLM, "e", "2", "")))
            .value());
    seeds.add(encoder.retirement("c").value());
    RecordSamples.REQUESTS.forEach(request -> seeds.add(encoder.request(request).value()));
    QuestionParser questions = new QuestionParser(format, RecordLimits.DEFAULT);
    ModelCheckpointParser checkpoints = new ModelCheckpointParser(format, RecordLimits.DEFAULT);
    RequestParser requests = new RequestParser(format, RecordLimits.DEFAULT);
    Random random = new Random(20_260_101);
    int events = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] value = round % 4 == 0 ? noise(random) : mutated(seeds, random);
      byte[] key = random.nextInt(4) == 0 ? noise(random) : null;
      OriginalRecord original = new OriginalRecord(ORIGIN, key, value);
      events += checked(questions.parse(original));
      events += checked(checkpoints.parse(original));
      events += checked(requests.parse(original));
    }
    // Some mutations do no harm; if all of them did, the mutations would be too coarse.
    assertThat(events).isBetween(100, ROUNDS);
  }

  private static int checked(Parsed<?> parsed) {
    if (parsed instanceof Parsed.Rejected<?> rejected) {
      assertThat(rejected.deadLetter().explanation())
          .endsWith(".")
          .hasSizeLessThan(600)
          .doesNotContain("please report it");
      return 0;
    }
    return 1;
  }

  private static byte[] noise(Random random) {
    byte[] noise = new byte[random.nextInt(60)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] mutated(List<byte[]> seeds, Random random) {
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(bytes.length + 1);
      bytes =
          switch (random.nextInt(4)) {
            case 0 -> splice(bytes, at, 0, FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
            case 1 -> splice(bytes, at, random.nextInt(8), new byte[0]);
            case 2 -> splice(bytes, at, 1, new byte[] {(byte) random.nextInt(256)});
            default -> {
              byte[] other = seeds.get(random.nextInt(seeds.size()));
              yield splice(bytes, at, bytes.length, other);
            }
          };
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int at, int removed, byte[] inserted) {
    int from = Math.min(bytes.length, at + removed);
    byte[] result = new byte[at + inserted.length + bytes.length - from];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(inserted, 0, result, at, inserted.length);
    System.arraycopy(bytes, from, result, at + inserted.length, bytes.length - from);
    return result;
  }
}
