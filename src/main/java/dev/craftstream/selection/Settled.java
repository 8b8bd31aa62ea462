package dev.craftstream.selection;

import dev.craftstream.model.Label;

/**
 * What became of one candidate that a survey offered for a dataset.
 *
 * @param datasetId the dataset
 * @param label the candidate's
 * @param records how many records of the dataset it is; 0 where it is not taken
 */
public record Settled(String datasetId, Label label, int records) {}
