package dev.craftstream.bench.micro;

import dev.craftstream.method.Relabelling;
import dev.craftstream.model.OriginalRecord;
import dev.craftstream.model.QuestionEvent;
import dev.craftstream.model.knowledge.CheckpointKnowledge;
import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.label.Instruction;
import dev.craftstream.model.label.Strategy;
import dev.craftstream.model.label.Thresholds;
import dev.craftstream.topics.records.EncodedRecord;
import dev.craftstream.topics.records.Parsed;
import dev.craftstream.topics.records.QuestionParser;
import dev.craftstream.topics.records.RecordEncoder;
import dev.craftstream.topics.records.RecordLimits;
import dev.craftstream.topics.records.WireFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The records of a question, and of what becomes of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RecordsBenchmark {
  private static final List<CheckpointKnowledge> KNOWLEDGE =
      List.of(
          new CheckpointKnowledge(Made.INITIAL, Made.knows(7)),
          new CheckpointKnowledge(Made.REHEARSAL, Made.knows(9)));

  /** The topics' formats. */
  @Param({"JSON", "PROTOBUF"})
  public WireFormat format;

  private QuestionParser parser;
  private RecordEncoder encoder;
  private OriginalRecord question;
  private Instruction instruction;
  private KnowledgeChange change;

  @Setup
  public void prepare() {
    parser = new QuestionParser(format, RecordLimits.DEFAULT);
    encoder = new RecordEncoder(format);
    EncodedRecord record =
        encoder.question(new QuestionEvent(Made.QUESTION.id(), Made.QUESTION, Made.ORIGIN));
    question = new OriginalRecord(Made.ORIGIN, record.key(), record.value());
    change =
        new KnowledgeChange(
            Made.QUESTION.id(), Made.QUESTION, 1, KNOWLEDGE, Made.REHEARSAL.id(), 2);
    instruction =
        new Instruction(
            Made.QUESTION.id(),
            2,
            Relabelling.decide(Made.QUESTION, Strategy.CRAFT, Thresholds.PAPER, KNOWLEDGE)
                .orElseThrow(),
            1,
            Made.QUESTION.task(),
            "Answer the following question: " + Made.QUESTION.text(),
            Made.QUESTION.answer(),
            Made.QUESTION.subject(),
            Made.QUESTION.tags(),
            "answer-00000000",
            2);
  }

  @Benchmark
  public Parsed<QuestionEvent> parseQuestion() {
    return parser.parse(question);
  }

  @Benchmark
  public EncodedRecord writeInstruction() {
    return encoder.instruction(instruction);
  }

  @Benchmark
  public Optional<EncodedRecord> writeKnowledge() {
    return encoder.knowledge(change);
  }
}
