package dev.craftstream.bench.micro;

import dev.craftstream.tracking.TrackedQuestion;
import dev.craftstream.tracking.TrackedQuestion.Failed;
import dev.craftstream.tracking.TrackedQuestion.Measured;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A question in the tracker's state, with what three model checkpoints know. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StateBenchmark {
  private final TypeSerializer<TrackedQuestion> serializer =
      TypeInformation.of(TrackedQuestion.class).createSerializer(new SerializerConfigImpl());
  private final DataOutputSerializer out = new DataOutputSerializer(1024);
  private final DataInputDeserializer in = new DataInputDeserializer();
  private final TrackedQuestion question =
      new TrackedQuestion(
          Made.QUESTION,
          1,
          Made.ORIGIN,
          List.of(
              new Measured(1, Made.knows(4)),
              new Measured(2, Made.knows(6)),
              new Measured(3, Made.knows(9))),
          3,
          Failed.NONE);
  private byte[] written;

  @Setup
  public void prepare() throws IOException {
    written = write().getCopyOfBuffer();
  }

  @Benchmark
  public DataOutputSerializer write() throws IOException {
    out.clear();
    serializer.serialize(question, out);
    return out;
  }

  @Benchmark
  public TrackedQuestion read() throws IOException {
    in.setBuffer(written);
    return serializer.deserialize(in);
  }
}
