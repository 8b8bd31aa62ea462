/**
 * The reproduction of the paper's claim: the same measurements, a dataset for each strategy and
 * flow rule, models trained on them, evaluated by the job, and a page of what came out.
 */
package dev.craftstream.embedded.study;
