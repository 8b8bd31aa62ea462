package dev.craftstream.topics.records;

import dev.craftstream.metrics.JobMetric;
import dev.craftstream.model.message.MeasuredSamples;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;

/**
 * Makes records of what measurements rest on. One that would be too large is written without its
 * samples: the measurement itself holds, and the job goes on.
 */
public final class SampleRecords extends RichMapFunction<MeasuredSamples, EncodedRecord> {
  private static final long serialVersionUID = 1L;

  private final RecordEncoder encoder;
  private final int mostBytes;

  private transient Counter recorded;
  private transient Counter leftOut;

  /**
   * @param mostBytes the largest record, key and value together
   */
  public SampleRecords(WireFormat format, int mostBytes) {
    this.encoder = new RecordEncoder(format);
    this.mostBytes = mostBytes;
  }

  @Override
  public void open(OpenContext context) {
    recorded = JobMetric.SAMPLES_RECORDED.counter(getRuntimeContext().getMetricGroup());
    leftOut = JobMetric.SAMPLES_LEFT_OUT.counter(getRuntimeContext().getMetricGroup());
  }

  @Override
  public EncodedRecord map(MeasuredSamples samples) {
    EncodedRecord whole = encoder.samples(samples);
    long bytes = (long) whole.key().length + whole.value().length;
    if (bytes <= mostBytes) {
      recorded.inc();
      return whole;
    }
    leftOut.inc();
    return encoder.samplesLeftOut(samples, bytes);
  }
}
