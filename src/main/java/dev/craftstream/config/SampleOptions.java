package dev.craftstream.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import dev.craftstream.model.evidence.EmbeddingPrecision;
import dev.craftstream.topics.kafka.SamplesTopic;
import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/** Options of the topic of what measurements rest on. */
public final class SampleOptions {
  private SampleOptions() {}

  /** The topic by its options. */
  static SamplesTopic topic(Configuration options) {
    return new SamplesTopic(
        options.get(SAMPLES_ENABLED),
        options.get(SAMPLES_EMBEDDINGS),
        options.get(SAMPLES_RETENTION),
        options.get(SAMPLES_COMPRESSION),
        (int) Math.min(Integer.MAX_VALUE, options.get(SAMPLES_MAX_RECORD).getBytes()));
  }

  public static final ConfigOption<Boolean> SAMPLES_ENABLED =
      key("samples.enabled")
          .booleanType()
          .defaultValue(SamplesTopic.NONE.enabled())
          .withDescription(
              "Whether the topic samples is written: for each measurement how the model was asked and"
                  + " what it answered, so that ./craft replay-server can answer again. It holds the"
                  + " questions and the model's own words. See docs/evidence.md.");

  public static final ConfigOption<EmbeddingPrecision> SAMPLES_EMBEDDINGS =
      key("samples.embeddings")
          .enumType(EmbeddingPrecision.class)
          .defaultValue(SamplesTopic.NONE.embeddings())
          .withDescription(
              "FP16: 2 bytes a number; certainty that is measured anew differs a little. FP32: 4"
                  + " bytes a number; it is the same to the last digit, where the server gives FP32.");

  public static final ConfigOption<Duration> SAMPLES_RETENTION =
      key("samples.retention")
          .durationType()
          .defaultValue(SamplesTopic.NONE.retention())
          .withDescription(
              "How long the topic samples, where the job creates it, keeps its records.");

  public static final ConfigOption<String> SAMPLES_COMPRESSION =
      key("samples.compression")
          .stringType()
          .defaultValue(SamplesTopic.NONE.compression())
          .withDescription("Compression of the topic samples: none, gzip, snappy, lz4 or zstd.");

  public static final ConfigOption<MemorySize> SAMPLES_MAX_RECORD =
      key("samples.max-record")
          .memoryType()
          .defaultValue(new MemorySize(SamplesTopic.NONE.recordBytes()))
          .withDescription(
              "Largest record of the topic samples, before compression. A measurement with more is"
                  + " written there without its samples, and counted by the metric leftOut. Must be"
                  + " below the topic's max.message.bytes, which is 8 mb where the job creates it.");
}
