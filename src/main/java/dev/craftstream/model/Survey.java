package dev.craftstream.model;

import java.util.List;

/**
 * A look through all questions: which of them stand for which datasets, and how a checkpoint does
 * on those of purpose EVALUATE.
 *
 * @param id names it for ever
 * @param modelTime it is made once this model time is complete
 * @param datasets what is to be selected; may be empty
 * @param evaluated the INITIAL or TUNED checkpoint to be evaluated; null for none
 * @param base the INITIAL checkpoint that {@code evaluated} is compared with, itself for INITIAL;
 *     null for none
 */
public record Survey(
    String id,
    long modelTime,
    List<Dataset> datasets,
    ModelCheckpoint evaluated,
    ModelCheckpoint base) {}
