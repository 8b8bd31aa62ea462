package dev.craftstream.survey;

import dev.craftstream.model.message.Candidate;
import dev.craftstream.model.message.EvaluationReport;
import dev.craftstream.model.message.SurveyReport;

/** Where the findings of surveys go. */
public interface SurveyOutput {
  void offer(Candidate candidate);

  void report(SurveyReport report);

  void report(EvaluationReport report);
}
