package dev.craftstream.model.message;

import dev.craftstream.model.knowledge.KnowledgeChange;
import java.util.List;

/**
 * A question that a survey found worth a place in datasets, or that changed after the survey.
 *
 * @param change what is known of it
 * @param base true: the survey offers it for {@code datasetIds}, once for each; false: it changed
 *     after the survey that it belongs to
 * @param datasetIds base: the datasets that it is offered for; else those, already surveyed, of
 *     which it is a candidate now
 */
public record Candidate(KnowledgeChange change, boolean base, List<String> datasetIds) {

  public String questionId() {
    return change.questionId();
  }
}
