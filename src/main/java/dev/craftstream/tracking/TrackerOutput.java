package dev.craftstream.tracking;

import dev.craftstream.model.knowledge.KnowledgeChange;
import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.MeasuredSamples;
import dev.craftstream.model.message.SurveyReport;
import dev.craftstream.model.message.UnusableAnswer;
import dev.craftstream.survey.SurveyOutput;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * What a tracker task tells the stages behind it. Records have no timestamps: sinks would write
 * them into Kafka, where a model time means 1970.
 */
final class TrackerOutput implements SurveyOutput {
  private final Output<StreamRecord<KnowledgeChange>> output;
  private final TrackerMetrics metrics;

  TrackerOutput(Output<StreamRecord<KnowledgeChange>> output, TrackerMetrics metrics) {
    this.output = output;
    this.metrics = metrics;
  }

  void emit(KnowledgeChange change) {
    output.collect(new StreamRecord<>(change));
  }

  void emit(MeasuredSamples samples) {
    side(KnowledgeTracker.SAMPLES, samples);
  }

  void emit(UnusableAnswer answer) {
    metrics.unusable.inc();
    side(KnowledgeTracker.UNUSABLE, answer);
  }

  @Override
  public void offer(Candidate candidate) {
    metrics.offered.inc();
    side(KnowledgeTracker.CANDIDATES, candidate);
  }

  @Override
  public void report(SurveyReport report) {
    side(KnowledgeTracker.SURVEYED, report);
  }

  @Override
  public void report(EvaluationReport report) {
    side(KnowledgeTracker.EVALUATED, report);
  }

  private <T> void side(OutputTag<T> tag, T record) {
    output.collect(tag, new StreamRecord<>(record));
  }
}
