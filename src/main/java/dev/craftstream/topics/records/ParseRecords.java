package dev.craftstream.topics.records;

import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.DeadLetter;
import dev.craftstream.model.OriginalRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Makes events of a topic's records; what cannot be used goes to the side output {@link
 * #DEAD_LETTERS} and is counted as {@code deadLetters}.
 */
public final class ParseRecords<T> extends ProcessFunction<OriginalRecord, T>
    implements ResultTypeQueryable<T> {
  private static final long serialVersionUID = 1L;

  /** The records that could not be used. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

  private final RecordParser<T> parser;
  private transient Counter deadLetters;

  public ParseRecords(RecordParser<T> parser) {
    this.parser = parser;
  }

  @Override
  public void open(OpenContext context) {
    deadLetters = JobMetric.DEAD_LETTERS.counter(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(OriginalRecord original, Context context, Collector<T> out) {
    Parsed<T> parsed = parser.parse(original);
    if (parsed instanceof Parsed.Event<T> event) {
      out.collect(event.event());
    } else if (parsed instanceof Parsed.Rejected<T> rejected) {
      deadLetters.inc();
      context.output(DEAD_LETTERS, rejected.deadLetter());
    }
  }

  @Override
  public TypeInformation<T> getProducedType() {
    return parser.eventType();
  }
}
