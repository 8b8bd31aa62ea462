package dev.craftstream.survey;

/**
 * What became of candidates that a survey offered for a dataset.
 *
 * @param datasetId the dataset
 * @param candidates how many there are
 * @param answerRecords ANSWER records of the dataset that they are
 * @param refusalRecords REFUSAL records of the dataset that they are
 */
public record SettledCandidates(
    String datasetId, long candidates, long answerRecords, long refusalRecords) {}
